import { Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';

import { Api } from '../api';
import { IRunSummary } from '../records';
import { Loadable } from '../loading';
import { asRequestError } from '../request';
import { ISettings } from '../tokens';

const MAX_INTERVAL_MS = 60_000;
const IDLE_FACTOR = 10;

/** Polls the newest runs while the list is visible. */
export class RunsPoll {
  constructor(
    private readonly api: Api,
    private readonly settings: ISettings,
    isVisible: () => boolean
  ) {
    this.poll = new Poll({
      auto: false,
      name: '@automl-magic/lab:runs',
      factory: () => this.load(),
      frequency: this.frequency(),
      // No requests while the list or the browser tab is hidden.
      standby: () => (isVisible() ? 'when-hidden' : true)
    });
    settings.changed.connect(this.onSettings, this);
    this.limit = settings.current.runsShown;
  }

  /** The runs at the last poll. */
  loadable: Loadable<IRunSummary[]> = { state: 'loading' };
  /** Whether there are older runs. */
  hasMore = false;

  /** Emitted after each poll. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted with the runs whose status changed since the previous poll. */
  get statusChanged(): ISignal<this, IRunSummary[]> {
    return this._statusChanged;
  }

  /** Start polling. Safe to call twice. */
  start(): void {
    void this.poll.start();
  }

  /** Poll now. */
  refresh(): void {
    void this.poll.refresh();
  }

  /** Also show older runs. */
  showMore(): void {
    this.limit += this.settings.current.runsShown;
    this.refresh();
  }

  dispose(): void {
    this.settings.changed.disconnect(this.onSettings, this);
    this.poll.dispose();
    Signal.clearData(this);
  }

  private async load(): Promise<void> {
    try {
      const { runs, more } = await this.api.runs(this.limit);
      const previous = this.loadable.state === 'loaded' ? this.loadable.value : [];
      const status = new Map(previous.map(run => [run.run_id, run.status]));
      const changed = runs.filter(
        run => (status.get(run.run_id) ?? (previous.length ? '' : run.status)) !== run.status
      );
      this.loadable = { state: 'loaded', value: runs };
      this.hasMore = more;
      if (changed.length) {
        this._statusChanged.emit(changed);
      }
    } catch (error) {
      this.loadable = { state: 'failed', error: asRequestError(error) };
      this._changed.emit();
      // Thrown again, so that the poll backs off.
      throw error;
    }
    this.poll.frequency = this.frequency();
    this._changed.emit();
  }

  private onSettings(): void {
    this.limit = Math.max(this.limit, this.settings.current.runsShown);
    this.poll.frequency = this.frequency();
  }

  private frequency(): { interval: number; backoff: boolean; max: number } {
    const pollingMs = this.settings.current.pollingSeconds * 1000;
    const isIdle =
      this.loadable.state === 'loaded' && this.loadable.value.every(run => run.is_over);
    const interval = isIdle ? pollingMs * IDLE_FACTOR : pollingMs;
    return { interval, backoff: true, max: Math.max(MAX_INTERVAL_MS, interval) };
  }

  private limit: number;
  private readonly poll: Poll;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _statusChanged = new Signal<this, IRunSummary[]>(this);
}
