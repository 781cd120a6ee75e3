import { TranslationBundle } from '@jupyterlab/translation';

import { IProgress, IRunSummary, IScore } from '../records';

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86400;

/** A number of a score: five digits tell two models apart. */
export function number(value: number): string {
  return Number(value.toPrecision(5)).toString();
}

/** A duration in the largest unit that says it well. */
export function duration(seconds: number, trans: TranslationBundle): string {
  if (seconds < MINUTE_S) {
    return trans.__('%1 s', seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds));
  }
  if (seconds < HOUR_S) {
    return trans.__('%1 min', Math.round(seconds / MINUTE_S));
  }
  return seconds < DAY_S
    ? trans.__('%1 h', Math.round(seconds / HOUR_S))
    : trans.__('%1 days', Math.round(seconds / DAY_S));
}

/** How long ago something was. */
export function ago(time: string, trans: TranslationBundle): string {
  const seconds = (Date.now() - Date.parse(time)) / 1000;
  return seconds < MINUTE_S ? trans.__('just now') : trans.__('%1 ago', duration(seconds, trans));
}

/** The status of a run, in a word. */
export function statusWord(status: string, trans: TranslationBundle): string {
  const words: Record<string, string> = {
    created: trans.__('created'),
    staging: trans.__('starting'),
    running: trans.__('running'),
    committing: trans.__('saving'),
    succeeded: trans.__('succeeded'),
    failed: trans.__('failed'),
    cancelled: trans.__('cancelled'),
    lost: trans.__('lost')
  };
  return words[status] ?? status;
}

/** A sign beside the word: colour alone tells nothing. */
export function statusSign(status: string): string {
  const signs: Record<string, string> = { succeeded: '✓', failed: '✕', cancelled: '◼', lost: '?' };
  return signs[status] ?? '▶';
}

/** A score with its interval. */
export function scoreWords(score: IScore, trans: TranslationBundle): string {
  const told = `${score.metric} ${number(score.score)}`;
  return score.low === null || score.high === null
    ? told
    : trans.__('%1 [%2, %3]', told, number(score.low), number(score.high));
}

/** How far a run is. */
export function progressWords(progress: IProgress, trans: TranslationBundle): string {
  const parts: string[] = [];
  if (progress.n_cells) {
    const cell = Math.min(progress.cells_done + 1, progress.n_cells);
    parts.push(trans.__('cell %1 of %2', cell, progress.n_cells));
  }
  if (progress.trials) {
    parts.push(trans._n('%1 trial', '%1 trials', progress.trials));
  }
  if (progress.best !== null) {
    parts.push(trans.__('best %1', number(progress.best)));
  }
  if (progress.left_s !== null && progress.left_s > 0) {
    parts.push(trans.__('%1 left', duration(progress.left_s, trans)));
  }
  return parts.join(' · ');
}

/** What a run is called: the folder of its notebook. */
export function runName(run: IRunSummary): string {
  return run.name || run.notebook;
}
