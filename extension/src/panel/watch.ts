import { Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';

import { Api } from '../api';
import { IRunSummary } from '../records';
import { Loadable } from '../loading';
import { asRefused } from '../request';
import { ISettings } from '../tokens';

const SLOWEST_MS = 60_000;
const RARER_WHEN_QUIET = 10;

/** The newest runs, looked at again and again while somebody can see them. */
export class RunsWatch {
  constructor(
    private readonly api: Api,
    private readonly settings: ISettings,
    isVisible: () => boolean
  ) {
    this.poll = new Poll({
      auto: false,
      name: '@automl-magic/lab:runs',
      factory: () => this.look(),
      frequency: this.frequency(),
      // Nobody looks: no question is asked, in a hidden tab neither.
      standby: () => (isVisible() ? 'when-hidden' : true)
    });
    settings.changed.connect(this.onSettings, this);
    this.shown = settings.now.runsShown;
  }

  /** The runs as they were at the last look. */
  loadable: Loadable<IRunSummary[]> = { state: 'loading' };
  /** Whether there are older runs than those shown. */
  more = false;

  /** Emitted after each look. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted with the runs whose status is another than at the look before. */
  get moved(): ISignal<this, IRunSummary[]> {
    return this._moved;
  }

  /** Begin to look; safe to call twice. */
  start(): void {
    void this.poll.start();
  }

  /** Look at once. */
  refresh(): void {
    void this.poll.refresh();
  }

  /** Show older runs too. */
  showMore(): void {
    this.shown += this.settings.now.runsShown;
    this.refresh();
  }

  dispose(): void {
    this.settings.changed.disconnect(this.onSettings, this);
    this.poll.dispose();
    Signal.clearData(this);
  }

  private async look(): Promise<void> {
    try {
      const { runs, more } = await this.api.runs(this.shown);
      const before = this.loadable.state === 'loaded' ? this.loadable.value : [];
      const status = new Map(before.map(run => [run.run_id, run.status]));
      const moved = runs.filter(
        run => (status.get(run.run_id) ?? (before.length ? '' : run.status)) !== run.status
      );
      this.loadable = { state: 'loaded', value: runs };
      this.more = more;
      if (moved.length) {
        this._moved.emit(moved);
      }
    } catch (error) {
      this.loadable = { state: 'failed', error: asRefused(error) };
      this._changed.emit();
      // The poll waits longer after each failure.
      throw error;
    }
    this.poll.frequency = this.frequency();
    this._changed.emit();
  }

  private onSettings(): void {
    this.shown = Math.max(this.shown, this.settings.now.runsShown);
    this.poll.frequency = this.frequency();
  }

  private frequency(): { interval: number; backoff: boolean; max: number } {
    const interval = this.settings.now.pollingSeconds * 1000;
    const isQuiet =
      this.loadable.state === 'loaded' && this.loadable.value.every(run => run.is_over);
    const slowed = isQuiet ? interval * RARER_WHEN_QUIET : interval;
    return { interval: slowed, backoff: true, max: Math.max(SLOWEST_MS, slowed) };
  }

  private shown: number;
  private readonly poll: Poll;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _moved = new Signal<this, IRunSummary[]>(this);
}
