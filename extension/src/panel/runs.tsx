import { UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { IRunSummary } from '../records';
import { LoadableView } from '../loading';
import { Commands } from '../tokens';
import { RunActions } from './actions';
import { RunDetail } from './detail';
import {
  formatAge,
  formatProgress,
  formatScore,
  formatStatus,
  runName,
  statusSymbol
} from './format';
import { ILab } from './lab';
import { RunsPoll } from './runsPoll';

interface IRunsProps {
  lab: ILab;
  poll: RunsPoll;
  announce: (message: string) => void;
  register: (run: IRunSummary) => void;
}

/** The newest runs. Select two to compare them. */
export function Runs(props: IRunsProps): JSX.Element {
  const { lab, poll } = props;
  const { trans } = lab;
  const [selected, setSelected] = React.useState<string[]>([]);
  const select = (runId: string, isSelected: boolean): void =>
    // Selecting a third run deselects the first.
    setSelected(isSelected ? [...selected, runId].slice(-2) : selected.filter(id => id !== runId));
  const compare = (): void => {
    // Run IDs start with the time, so the earlier run comes first.
    const [a, b] = [...selected].sort();
    void lab.commands.execute(Commands.compare, { a, b });
  };
  return (
    <UseSignal signal={poll.changed}>
      {() => (
        <>
          <div className="jp-AutoML-bar">
            <button
              type="button"
              className="jp-AutoML-button"
              disabled={selected.length !== 2}
              onClick={compare}
            >
              {trans.__('Compare two (%1 selected)', selected.length)}
            </button>
            <button type="button" className="jp-AutoML-button" onClick={() => poll.refresh()}>
              {trans.__('Refresh')}
            </button>
          </div>
          <LoadableView loadable={poll.loadable} trans={trans} reload={() => poll.refresh()}>
            {runs =>
              runs.length ? (
                <ul className="jp-AutoML-list" aria-label={trans.__('Runs, newest first')}>
                  {runs.map(run => (
                    <RunItem
                      key={run.run_id}
                      {...props}
                      run={run}
                      isSelected={selected.includes(run.run_id)}
                      select={select}
                    />
                  ))}
                </ul>
              ) : (
                <NoRuns lab={lab} />
              )
            }
          </LoadableView>
          {poll.hasMore && (
            <button type="button" className="jp-AutoML-button" onClick={() => poll.showMore()}>
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
      <p>{trans.__('No runs yet.')}</p>
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

function RunItem(
  props: IRunsProps & {
    run: IRunSummary;
    isSelected: boolean;
    select: (runId: string, isSelected: boolean) => void;
  }
): JSX.Element {
  const { lab, run, poll, announce, register, isSelected, select } = props;
  const { trans } = lab;
  const [isOpen, setOpen] = React.useState(false);
  const bodyId = `jp-AutoML-run-${run.run_id}`;
  const name = runName(run);
  return (
    <li className="jp-AutoML-item" data-status={run.status}>
      <div className="jp-AutoML-head">
        <input
          type="checkbox"
          checked={isSelected}
          aria-label={trans.__(
            'Select %1 (%2) to compare',
            name,
            formatAge(run.created_at, trans)
          )}
          onChange={event => select(run.run_id, event.target.checked)}
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
            <span aria-hidden="true">{statusSymbol(run)}</span>{' '}
            {formatStatus(run, trans)}
          </span>
          <span className="jp-AutoML-soft jp-AutoML-facts">{formatFacts(run, lab)}</span>
        </button>
      </div>
      {run.progress && run.progress.n_cells > 0 && (
        <progress
          className="jp-AutoML-progress"
          max={run.progress.n_cells}
          value={run.progress.cells_done}
          aria-label={trans.__('Completed cells of %1', name)}
        />
      )}
      <div id={bodyId} hidden={!isOpen}>
        {isOpen && (
          <>
            <RunActions
              lab={lab}
              run={run}
              register={register}
              changed={message => {
                announce(message);
                poll.refresh();
              }}
            />
            <RunDetail lab={lab} run={run} />
          </>
        )}
      </div>
    </li>
  );
}

function formatFacts(run: IRunSummary, lab: ILab): string {
  const { trans } = lab;
  const parts: string[] = [formatKind(run, lab)];
  if (run.progress) {
    parts.push(formatProgress(run.progress, trans));
  }
  if (run.score) {
    const score = formatScore(run.score, trans);
    parts.push(
      run.is_holdout
        ? trans.__('%1 on the holdout', score)
        : trans.__('%1 in cross-validation', score)
    );
  }
  parts.push(formatAge(run.created_at, trans));
  return parts.filter(part => part).join(' · ');
}

/** Return the kind of a run; empty for a search. */
function formatKind(run: IRunSummary, lab: ILab): string {
  const { trans } = lab;
  if (run.rerun_of) {
    return trans.__('rerun');
  }
  return run.kind === 'search' ? '' : trans.__('%1 run', run.kind);
}
