import { Dialog, showDialog } from '@jupyterlab/apputils';
import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { asRequestError, RequestError } from './request';

/** The "Why" and "Do" lines of an error. */
export function ErrorDetails(props: { error: RequestError; trans: TranslationBundle }): JSX.Element {
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

/** Run an action, and show its error in a dialog if it fails. */
export async function showErrors<T>(
  trans: TranslationBundle,
  action: () => Promise<T>
): Promise<T | undefined> {
  try {
    return await action();
  } catch (thrown) {
    const error = asRequestError(thrown);
    await showDialog({
      title: error.what,
      body: <ErrorDetails error={error} trans={trans} />,
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
    return undefined;
  }
}
