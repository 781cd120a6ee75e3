import { Dialog, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';

import { IRunSummary } from '../records';
import { told } from '../notices';
import { Commands } from '../tokens';
import { ILab } from './lab';
import { runName } from './words';

/** What can be done with a run: one button each, and only what makes sense for it now. */
export function RunActions(props: {
  lab: ILab;
  run: IRunSummary;
  changed: (sentence: string) => void;
  register: (run: IRunSummary) => void;
}): JSX.Element {
  const { lab, run, changed, register } = props;
  const { api, trans, commands } = lab;
  const [isBusy, setBusy] = React.useState(false);
  const name = runName(run);

  const button = (label: string, title: string, action: () => Promise<unknown>): JSX.Element => (
    <button
      type="button"
      className="jp-AutoML-button"
      disabled={isBusy}
      aria-label={`${label}: ${title}`}
      title={title}
      onClick={async () => {
        setBusy(true);
        await told(trans, action);
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
        button(trans.__('Stop'), trans.__('ask %1 to end', name), async () => {
          const wish = await wishFor(lab, run);
          if (wish) {
            await api.stop(run.run_id, wish === 'cancel');
            changed(trans.__('%1 was asked to end.', name));
          }
        })}
      {run.is_over &&
        button(trans.__('Rerun'), trans.__('repeat %1 from its id alone', name), async () => {
          const { run_id } = await api.rerun(run.run_id);
          changed(trans.__('%1 is repeated as run %2.', name, run_id));
        })}
      {run.is_over &&
        button(trans.__('Notebook'), trans.__('open the executed notebook of %1', name), () =>
          open('executed')
        )}
      {run.has_leaderboard &&
        button(trans.__('Leaderboard'), trans.__('show the leaderboard of %1', name), () =>
          commands.execute(Commands.leaderboard, { run: run.run_id })
        )}
      {run.is_explained &&
        button(trans.__('Report'), trans.__('show what explains the model of %1', name), () =>
          commands.execute(Commands.report, { run: run.run_id })
        )}
      {run.has_model && (
        <>
          {!run.is_explained &&
            button(
              trans.__('Explain'),
              trans.__('find out what moves the model of %1', name),
              async () => {
                const { run_id } = await api.explain(run.run_id);
                changed(trans.__('%1 is explained by run %2.', name, run_id));
              }
            )}
          {button(
            trans.__('Model as notebook'),
            trans.__('open the model of %1 as a notebook that stands alone', name),
            () => open('model')
          )}
          {button(trans.__('Register…'), trans.__('register the model of %1', name), async () =>
            register(run)
          )}
        </>
      )}
    </div>
  );
}

/** Ask how a run is to end; null where it is not to end after all. */
async function wishFor(lab: ILab, run: IRunSummary): Promise<'stop' | 'cancel' | null> {
  if (!lab.settings.now.confirmStop) {
    return 'stop';
  }
  const { trans } = lab;
  const asked = await showDialog({
    title: trans.__('Stop %1?', runName(run)),
    body: trans.__(
      'A search can keep the best that it has found and end; any other notebook is cancelled.'
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Let it run') }),
      Dialog.warnButton({ label: trans.__('End at once'), actions: ['cancel'] }),
      Dialog.okButton({ label: trans.__('Keep the best and end') })
    ]
  });
  if (!asked.button.accept) {
    return null;
  }
  return asked.button.actions.includes('cancel') ? 'cancel' : 'stop';
}
