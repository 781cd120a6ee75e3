import * as React from 'react';

import { IRunDetail, IRunSummary } from '../records';
import { Shown, useLoadable } from '../loading';
import { ILab } from './lab';
import { duration, number } from './words';

const MOST_TRIALS = 12;

/** What is inside a run: its id, what went wrong, and its trials, also while they come. */
export function RunDetail(props: { lab: ILab; run: IRunSummary }): JSX.Element {
  const { lab, run } = props;
  const { trans } = lab;
  const [detail, again] = useLoadable(() => lab.api.run(run.run_id), [run.run_id, run.status]);
  useNews(lab, run, again);
  return (
    <div className="jp-AutoML-detail">
      <p className="jp-AutoML-soft">
        {trans.__('Run')} <code>{run.run_id}</code>
        {run.rerun_of && (
          <>
            {', '}
            {trans.__('a repetition of')} <code>{run.rerun_of}</code>
          </>
        )}
      </p>
      {run.failure && <p className="jp-AutoML-failure">{run.failure}</p>}
      <Shown loadable={detail} trans={trans} again={again}>
        {value => (
          <>
            {value.advice.map(sentence => (
              <p key={sentence}>{sentence}</p>
            ))}
            <Trials lab={lab} detail={value} />
          </>
        )}
      </Shown>
    </div>
  );
}

function Trials(props: { lab: ILab; detail: IRunDetail }): JSX.Element {
  const { lab, detail } = props;
  const { trans } = lab;
  if (!detail.trials.length) {
    return <p className="jp-AutoML-soft">{trans.__('No trial has been scored yet.')}</p>;
  }
  const newest = [...detail.trials].reverse().slice(0, MOST_TRIALS);
  return (
    <table className="jp-AutoML-table">
      <caption>
        {newest.length < detail.trials.length
          ? trans.__('The newest %1 of %2 trials', newest.length, detail.trials.length)
          : trans._n('%1 trial', '%1 trials', detail.trials.length)}
      </caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('Trial')}</th>
          <th scope="col" className="jp-AutoML-number">
            {trans.__('Score')}
          </th>
          <th scope="col" className="jp-AutoML-number">
            {trans.__('Fit')}
          </th>
        </tr>
      </thead>
      <tbody>
        {newest.map(trial => (
          <tr key={trial.number} title={trial.reason}>
            <th scope="row">{trial.candidate}</th>
            <td className="jp-AutoML-number">
              {trial.score === null ? trial.state : number(trial.score)}
            </td>
            <td className="jp-AutoML-number">{duration(trial.fit_s, trans)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** While a run goes on, look into its journal, and load the run anew when something is there. */
function useNews(lab: ILab, run: IRunSummary, again: () => void): void {
  const latest = React.useRef(again);
  latest.current = again;
  React.useEffect(() => {
    if (run.is_over) {
      return;
    }
    let offset = 0;
    let timer = 0;
    const look = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const news = await lab.api.events(run.run_id, offset);
          if (offset && news.events.length) {
            latest.current();
          }
          offset = news.offset;
        } catch {
          // The list beside it tells when the server does not answer.
        }
      }
      timer = window.setTimeout(look, lab.settings.now.pollingSeconds * 1000);
    };
    void look();
    return () => window.clearTimeout(timer);
  }, [run.run_id, run.is_over]);
}
