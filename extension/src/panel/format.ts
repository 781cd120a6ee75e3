import { TranslationBundle } from '@jupyterlab/translation';

import { IProgress, IRunSummary, IScore } from '../records';

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86400;

/** Format a score with five significant digits. */
export function formatNumber(value: number): string {
  return Number(value.toPrecision(5)).toString();
}

/** Format a duration in seconds, minutes, hours or days. */
export function formatDuration(seconds: number, trans: TranslationBundle): string {
  if (seconds < MINUTE_S) {
    return trans.__('%1 s', seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds));
  }
  if (seconds < HOUR_S) {
    return trans.__('%1 min', Math.round(seconds / MINUTE_S));
  }
  return seconds < DAY_S
    ? trans.__('%1 h', Math.round(seconds / HOUR_S))
    : trans._n('%1 day', '%1 days', Math.round(seconds / DAY_S));
}

/** Format how long ago a time was. */
export function formatAge(time: string, trans: TranslationBundle): string {
  const seconds = (Date.now() - Date.parse(time)) / 1000;
  if (seconds < MINUTE_S) {
    return trans.__('just now');
  }
  if (seconds < HOUR_S) {
    return trans.__('%1 min ago', Math.round(seconds / MINUTE_S));
  }
  return seconds < DAY_S
    ? trans.__('%1 h ago', Math.round(seconds / HOUR_S))
    : trans._n('%1 day ago', '%1 days ago', Math.round(seconds / DAY_S));
}

/** Return the translated status of a run. */
export function formatStatus(run: IRunSummary, trans: TranslationBundle): string {
  if (run.was_stopped_early) {
    return trans.__('stopped early');
  }
  const labels: Record<string, string> = {
    created: trans.__('created'),
    staging: trans.__('starting'),
    running: trans.__('running'),
    committing: trans.__('saving'),
    succeeded: trans.__('succeeded'),
    failed: trans.__('failed'),
    cancelled: trans.__('cancelled'),
    lost: trans.__('lost')
  };
  return labels[run.status] ?? run.status;
}

/** Return a symbol for a status, so that it doesn't depend on color. */
export function statusSymbol(run: IRunSummary): string {
  if (run.was_stopped_early) {
    return '◐';
  }
  const symbols: Record<string, string> = {
    succeeded: '✓',
    failed: '✕',
    cancelled: '◼',
    lost: '?'
  };
  return symbols[run.status] ?? '▶';
}

/** Format a score with its confidence interval. */
export function formatScore(score: IScore, trans: TranslationBundle): string {
  const { metric, low, high } = score;
  if (score.score === null) {
    return trans.__('%1 undefined', metric);
  }
  const value = formatNumber(score.score);
  return low === null || high === null
    ? trans.__('%1 %2', metric, value)
    : trans.__('%1 %2 [%3, %4]', metric, value, formatNumber(low), formatNumber(high));
}

/** Format the progress of a run. */
export function formatProgress(progress: IProgress, trans: TranslationBundle): string {
  const parts: string[] = [];
  if (progress.n_cells) {
    const cell = Math.min(progress.cells_done + 1, progress.n_cells);
    parts.push(trans.__('cell %1 of %2', cell, progress.n_cells));
  }
  if (progress.trials) {
    parts.push(trans._n('%1 trial', '%1 trials', progress.trials));
  }
  if (progress.best !== null) {
    parts.push(trans.__('best %1', formatNumber(progress.best)));
  }
  if (progress.left_s !== null && progress.left_s > 0) {
    parts.push(trans.__('%1 left', formatDuration(progress.left_s, trans)));
  }
  return parts.join(' · ');
}

/** Return the name of a run: the folder of its notebook, or the notebook. */
export function runName(run: IRunSummary): string {
  return run.name || run.notebook;
}
