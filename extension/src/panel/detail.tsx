import * as React from 'react';

import { IRunDetail, IRunSummary } from '../records';
import { LoadableView, useLoadable } from '../loading';
import { sentence } from '../sentence';
import { formatDuration, formatNumber } from './format';
import { ILab } from './lab';

const MAX_TRIALS = 12;

/** The details of a run: its ID, its failure, and its trials so far. */
export function RunDetail(props: { lab: ILab; run: IRunSummary }): JSX.Element {
  const { lab, run } = props;
  const { trans } = lab;
  const [detail, reload] = useLoadable(() => lab.api.run(run.run_id), [run.run_id, run.status]);
  useNewEvents(lab, run, reload);
  const id = <code>{run.run_id}</code>;
  return (
    <div className="jp-AutoML-detail">
      <p className="jp-AutoML-soft">
        {run.rerun_of
          ? sentence(
              trans.__('Run %1, a rerun of %2', '%1', '%2'),
              id,
              <code>{run.rerun_of}</code>
            )
          : sentence(trans.__('Run %1', '%1'), id)}
      </p>
      {run.failure && <p className="jp-AutoML-failure">{run.failure}</p>}
      <LoadableView loadable={detail} trans={trans} reload={reload}>
        {value => (
          <>
            {value.advice.map(advice => (
              <p key={advice}>{advice}</p>
            ))}
            <Trials lab={lab} detail={value} />
          </>
        )}
      </LoadableView>
    </div>
  );
}

function Trials(props: { lab: ILab; detail: IRunDetail }): JSX.Element {
  const { lab, detail } = props;
  const { trans } = lab;
  if (!detail.trials.length) {
    return <p className="jp-AutoML-soft">{trans.__('No trials yet.')}</p>;
  }
  const newest = [...detail.trials].reverse().slice(0, MAX_TRIALS);
  return (
    <table className="jp-AutoML-table">
      <caption>
        {newest.length < detail.trials.length
          ? trans.__('Newest %1 of %2 trials', newest.length, detail.trials.length)
          : trans._n('%1 trial', '%1 trials', detail.trials.length)}
      </caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('Trial')}</th>
          <th scope="col" className="jp-AutoML-number">
            {trans.__('Score')}
          </th>
          <th scope="col" className="jp-AutoML-number">
            {trans.__('Fit time')}
          </th>
        </tr>
      </thead>
      <tbody>
        {newest.map(trial => (
          <tr key={trial.number} title={trial.reason}>
            <th scope="row">{trial.candidate}</th>
            <td className="jp-AutoML-number">
              {trial.score === null ? trial.state : formatNumber(trial.score)}
            </td>
            <td className="jp-AutoML-number">{formatDuration(trial.fit_s, trans)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** While a run is running, poll its events and reload the run when there are new ones. */
function useNewEvents(lab: ILab, run: IRunSummary, reload: () => void): void {
  const latestReload = React.useRef(reload);
  latestReload.current = reload;
  React.useEffect(() => {
    if (run.is_over) {
      return;
    }
    let offset = 0;
    let timer = 0;
    const poll = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const page = await lab.api.events(run.run_id, offset);
          if (offset && page.events.length) {
            latestReload.current();
          }
          offset = page.offset;
        } catch {
          // The runs list shows the error.
        }
      }
      timer = window.setTimeout(poll, lab.settings.current.pollingSeconds * 1000);
    };
    void poll();
    return () => window.clearTimeout(timer);
  }, [run.run_id, run.is_over]);
}
