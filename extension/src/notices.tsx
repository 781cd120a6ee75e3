import { Dialog, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { asRefused, Refused } from './request';

/** The second and the third part of an error. */
export function Reasons(props: { error: Refused; trans: TranslationBundle }): JSX.Element {
  const { error, trans } = props;
  return (
    <>
      <p>
        <b>{trans.__('Why:')}</b> {error.why}
      </p>
      <p>
        <b>{trans.__('Do:')}</b> {error.fix}
      </p>
    </>
  );
}

/** Do something, and tell in a dialog what went wrong. */
export async function told<T>(
  trans: TranslationBundle,
  action: () => Promise<T>
): Promise<T | undefined> {
  try {
    return await action();
  } catch (thrown) {
    const error = asRefused(thrown);
    await showDialog({
      title: error.what,
      body: <Reasons error={error} trans={trans} />,
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
    return undefined;
  }
}
