import { Dialog, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { showErrors } from '../errors';
import { IRunSummary } from '../records';
import { Commands } from '../tokens';
import { runName } from './format';
import { ILab } from './lab';

/** The buttons of a run: only the actions that its status allows. */
export function RunActions(props: {
  lab: ILab;
  run: IRunSummary;
  changed: (message: string) => void;
  register: (run: IRunSummary) => void;
}): JSX.Element {
  const { lab, run, changed, register } = props;
  const { api, trans, commands } = lab;
  const [isBusy, setBusy] = React.useState(false);
  const name = runName(run);

  const button = (
    label: string,
    description: string,
    action: () => Promise<unknown>
  ): JSX.Element => (
    <button
      type="button"
      className="jp-AutoML-button"
      disabled={isBusy}
      aria-label={trans.__('%1: %2', label, description)}
      title={description}
      onClick={async () => {
        setBusy(true);
        await showErrors(trans, action);
        setBusy(false);
      }}
    >
      {label}
    </button>
  );
  const open = async (which: 'executed' | 'model'): Promise<void> =>
    lab.open((await api.notebook(run.run_id, which)).path);

  return (
    <div className="jp-AutoML-actions" role="group" aria-label={trans.__('Actions for %1', name)}>
      {!run.is_over &&
        button(trans.__('Stop'), trans.__('End the run %1', name), async () => {
          const choice = await confirmStop(lab, run);
          if (choice) {
            await api.stop(run.run_id, choice === 'cancel');
            changed(trans.__('Stopping %1.', name));
          }
        })}
      {run.is_over &&
        button(trans.__('Rerun'), trans.__('Repeat %1 from its run ID', name), async () => {
          const { run_id } = await api.rerun(run.run_id);
          changed(trans.__('Rerunning %1 as run %2.', name, run_id));
        })}
      {run.is_over &&
        button(trans.__('Notebook'), trans.__('Open the executed notebook of %1', name), () =>
          open('executed')
        )}
      {run.has_leaderboard &&
        button(trans.__('Leaderboard'), trans.__('Show the leaderboard of %1', name), () =>
          commands.execute(Commands.leaderboard, { run: run.run_id })
        )}
      {run.is_explained &&
        button(trans.__('Report'), trans.__('Show the explain report of %1', name), () =>
          commands.execute(Commands.report, { run: run.run_id })
        )}
      {run.has_model && (
        <>
          {!run.is_explained &&
            button(
              trans.__('Explain'),
              trans.__('Compute the feature importance for %1', name),
              async () => {
                const { run_id } = await api.explain(run.run_id);
                changed(trans.__('Explaining %1 in run %2.', name, run_id));
              }
            )}
          {button(
            trans.__('Model as notebook'),
            trans.__('Open the model of %1 as a standalone notebook', name),
            () => open('model')
          )}
          {button(trans.__('Register…'), trans.__('Register the model of %1', name), async () =>
            register(run)
          )}
        </>
      )}
    </div>
  );
}

/** Ask whether to stop or cancel a run; null if the user keeps it running. */
async function confirmStop(lab: ILab, run: IRunSummary): Promise<'stop' | 'cancel' | null> {
  if (!lab.settings.current.confirmStop) {
    return 'stop';
  }
  const { trans } = lab;
  const { button } = await showDialog({
    title: trans.__('Stop %1?', runName(run)),
    body: trans.__('A search can keep its best model. Any other run is cancelled.'),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Keep running') }),
      Dialog.warnButton({ label: trans.__('Cancel run'), actions: ['cancel'] }),
      Dialog.okButton({ label: trans.__('Stop and keep best model') })
    ]
  });
  if (!button.accept) {
    return null;
  }
  return button.actions.includes('cancel') ? 'cancel' : 'stop';
}
