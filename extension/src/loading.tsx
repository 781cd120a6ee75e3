import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Reasons } from './notices';
import { asRefused, Refused } from './request';

/** What is asked of a server: on its way, there, or refused. */
export type Loadable<T> =
  | { state: 'loading' }
  | { state: 'loaded'; value: T }
  | { state: 'failed'; error: Refused };

/** Load something when the keys change; `again` loads it anew and keeps what is shown meanwhile. */
export function useLoadable<T>(
  load: () => Promise<T>,
  keys: React.DependencyList
): [Loadable<T>, () => void] {
  const [loadable, set] = React.useState<Loadable<T>>({ state: 'loading' });
  const [round, setRound] = React.useState(0);
  React.useEffect(() => {
    let isWanted = true;
    load().then(
      value => isWanted && set({ state: 'loaded', value }),
      error => isWanted && set({ state: 'failed', error: asRefused(error) })
    );
    return () => {
      isWanted = false;
    };
  }, [...keys, round]);
  return [loadable, () => setRound(round + 1)];
}

/** An error in its three parts, with a way to try again. */
export function Failed(props: {
  error: Refused;
  trans: TranslationBundle;
  again?: () => void;
}): JSX.Element {
  const { error, trans, again } = props;
  return (
    <div className="jp-AutoML-failed" role="alert">
      <p className="jp-AutoML-what">{error.what}</p>
      <Reasons error={error} trans={trans} />
      {again && (
        <button type="button" className="jp-AutoML-button" onClick={again}>
          {trans.__('Try again')}
        </button>
      )}
    </div>
  );
}

/** Draw what was loaded, or the state that it is in. */
export function Shown<T>(props: {
  loadable: Loadable<T>;
  trans: TranslationBundle;
  again?: () => void;
  children: (value: T) => React.ReactNode;
}): JSX.Element {
  const { loadable, trans, again, children } = props;
  switch (loadable.state) {
    case 'loading':
      return <p className="jp-AutoML-soft">{trans.__('Loading…')}</p>;
    case 'failed':
      return <Failed error={loadable.error} trans={trans} again={again} />;
    case 'loaded':
      return <>{children(loadable.value)}</>;
  }
}
