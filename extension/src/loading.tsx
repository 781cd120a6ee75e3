import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { ErrorDetails } from './errors';
import { asRequestError, RequestError } from './request';

/** A value from the server: loading, loaded or failed. */
export type Loadable<T> =
  | { state: 'loading' }
  | { state: 'loaded'; value: T }
  | { state: 'failed'; error: RequestError };

/** Load a value when the keys change. `reload` loads it again and keeps the old value meanwhile. */
export function useLoadable<T>(
  load: () => Promise<T>,
  keys: React.DependencyList
): [Loadable<T>, () => void] {
  const [loadable, setLoadable] = React.useState<Loadable<T>>({ state: 'loading' });
  const [nLoads, setNLoads] = React.useState(0);
  React.useEffect(() => {
    let isCurrent = true;
    load().then(
      value => isCurrent && setLoadable({ state: 'loaded', value }),
      error => isCurrent && setLoadable({ state: 'failed', error: asRequestError(error) })
    );
    return () => {
      isCurrent = false;
    };
  }, [...keys, nLoads]);
  return [loadable, () => setNLoads(nLoads + 1)];
}

/** An error as what, why and fix, with a button to try again. */
export function ErrorMessage(props: {
  error: RequestError;
  trans: TranslationBundle;
  reload?: () => void;
}): JSX.Element {
  const { error, trans, reload } = props;
  return (
    <div className="jp-AutoML-failed" role="alert">
      <p className="jp-AutoML-what">{error.what}</p>
      <ErrorDetails error={error} trans={trans} />
      {reload && (
        <button type="button" className="jp-AutoML-button" onClick={reload}>
          {trans.__('Try again')}
        </button>
      )}
    </div>
  );
}

/** Show the loaded value, the error, or that it's loading. */
export function LoadableView<T>(props: {
  loadable: Loadable<T>;
  trans: TranslationBundle;
  reload?: () => void;
  children: (value: T) => React.ReactNode;
}): JSX.Element {
  const { loadable, trans, reload, children } = props;
  switch (loadable.state) {
    case 'loading':
      return <p className="jp-AutoML-soft">{trans.__('Loading…')}</p>;
    case 'failed':
      return <ErrorMessage error={loadable.error} trans={trans} reload={reload} />;
    case 'loaded':
      return <>{children(loadable.value)}</>;
  }
}
