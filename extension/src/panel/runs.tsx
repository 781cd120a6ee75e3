import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { IRunSummary } from '../records';
import { Shown } from '../loading';
import { Commands } from '../tokens';
import { RunActions } from './actions';
import { RunDetail } from './detail';
import { ILab } from './lab';
import { RunsWatch } from './watch';
import { ago, progressWords, runName, scoreWords, statusSign, statusWord } from './words';

interface IRunsProps {
  lab: ILab;
  watch: RunsWatch;
  announce: (sentence: string) => void;
  register: (run: IRunSummary) => void;
}

/** The newest runs. Two of them can be chosen and compared. */
export function Runs(props: IRunsProps): JSX.Element {
  const { lab, watch } = props;
  const { trans } = lab;
  const [chosen, setChosen] = React.useState<string[]>([]);
  const choose = (runId: string, isChosen: boolean): void =>
    // Of three, the first chosen gives way.
    setChosen(isChosen ? [...chosen, runId].slice(-2) : chosen.filter(id => id !== runId));
  const compare = (): void => {
    // Ids begin with the time: the earlier run is the one before.
    const [a, b] = [...chosen].sort();
    void lab.commands.execute(Commands.compare, { a, b });
  };
  return (
    <UseSignal signal={watch.changed}>
      {() => (
        <>
          <div className="jp-AutoML-bar">
            <button
              type="button"
              className="jp-AutoML-button"
              disabled={chosen.length !== 2}
              onClick={compare}
            >
              {trans.__('Compare two (%1 chosen)', chosen.length)}
            </button>
            <button type="button" className="jp-AutoML-button" onClick={() => watch.refresh()}>
              {trans.__('Look again')}
            </button>
          </div>
          <Shown loadable={watch.loadable} trans={trans} again={() => watch.refresh()}>
            {runs =>
              runs.length ? (
                <ul className="jp-AutoML-list" aria-label={trans.__('Runs, the newest first')}>
                  {runs.map(run => (
                    <Item
                      key={run.run_id}
                      {...props}
                      run={run}
                      isChosen={chosen.includes(run.run_id)}
                      choose={choose}
                    />
                  ))}
                </ul>
              ) : (
                <NoRuns lab={lab} />
              )
            }
          </Shown>
          {watch.more && (
            <button type="button" className="jp-AutoML-button" onClick={() => watch.showMore()}>
              {trans.__('Show older runs')}
            </button>
          )}
        </>
      )}
    </UseSignal>
  );
}

function NoRuns(props: { lab: ILab }): JSX.Element {
  const { trans, commands } = props.lab;
  return (
    <div className="jp-AutoML-empty">
      <p>{trans.__('No run has been made yet.')}</p>
      <button
        type="button"
        className="jp-AutoML-button"
        onClick={() => void commands.execute(Commands.wizard)}
      >
        {trans.__('Open the wizard')}
      </button>
    </div>
  );
}

function Item(
  props: IRunsProps & {
    run: IRunSummary;
    isChosen: boolean;
    choose: (runId: string, isChosen: boolean) => void;
  }
): JSX.Element {
  const { lab, run, watch, announce, register, isChosen, choose } = props;
  const { trans } = lab;
  const [isOpen, setOpen] = React.useState(false);
  const bodyId = `jp-AutoML-run-${run.run_id}`;
  const name = runName(run);
  return (
    <li className="jp-AutoML-item" data-status={run.status}>
      <div className="jp-AutoML-head">
        <input
          type="checkbox"
          checked={isChosen}
          aria-label={trans.__('Choose %1, %2, to compare', name, ago(run.created_at, trans))}
          onChange={event => choose(run.run_id, event.target.checked)}
        />
        <button
          type="button"
          className="jp-AutoML-opener"
          aria-expanded={isOpen}
          aria-controls={bodyId}
          onClick={() => setOpen(!isOpen)}
        >
          <span className="jp-AutoML-name">{name}</span>
          <span className="jp-AutoML-status">
            <span aria-hidden="true">{statusSign(run.status)}</span>{' '}
            {statusWord(run.status, trans)}
          </span>
          <span className="jp-AutoML-soft jp-AutoML-facts">{facts(run, lab)}</span>
        </button>
      </div>
      {run.progress && run.progress.n_cells > 0 && (
        <progress
          className="jp-AutoML-progress"
          max={run.progress.n_cells}
          value={run.progress.cells_done}
          aria-label={trans.__('Cells of %1 that are done', name)}
        />
      )}
      <div id={bodyId} hidden={!isOpen}>
        {isOpen && (
          <>
            <RunActions
              lab={lab}
              run={run}
              register={register}
              changed={sentence => {
                announce(sentence);
                watch.refresh();
              }}
            />
            <RunDetail lab={lab} run={run} />
          </>
        )}
      </div>
    </li>
  );
}

function facts(run: IRunSummary, lab: ILab): string {
  const { trans } = lab;
  const parts: string[] = [kindWords(run, lab)];
  if (run.progress) {
    parts.push(progressWords(run.progress, trans));
  }
  if (run.score) {
    const place = run.is_holdout ? trans.__('on held-out rows') : trans.__('on the folds');
    parts.push(`${scoreWords(run.score, trans)} ${place}`);
  }
  parts.push(ago(run.created_at, trans));
  return parts.filter(part => part).join(' · ');
}

/** What kind of run it is, where it is not the usual search. */
function kindWords(run: IRunSummary, lab: ILab): string {
  const { trans } = lab;
  if (run.rerun_of) {
    return trans.__('repetition');
  }
  return run.kind === 'search' ? '' : trans.__('notebook %1', run.kind);
}
