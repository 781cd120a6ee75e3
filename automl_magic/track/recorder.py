"""TrackingRecorder: tracks a run in a background thread.

Importing MLflow takes over a second, and a first migration takes another. Both happen in a thread
while the notebook runs in its own process, so that only a short flush is left at the end. Errors
become warnings: the run is in the run store and is mirrored to the tracking store later.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from automl_magic.errors import AutomlMagicError
from automl_magic.records import Run
from automl_magic.track.outbox import experiment_of
from automl_magic.track.tracker import TrackedRun, Tracker, metrics_of, params_of, read_trials

FLUSH_LIMIT_S = 8.0
_Task: TypeAlias = Callable[[], None]


@dataclass(frozen=True)
class TrackingResult:
    """The result of tracking a run.

    The run is either tracked completely and has a `tracking_id`, or `warning` says why it isn't.
    `prepare_s` is the time in seconds spent while the notebook ran, `flush_s` after its end.
    """

    tracking_id: str | None
    model_uri: str | None
    warning: str | None
    prepare_s: float
    flush_s: float


class TrackingRecorder:
    """Receives the events of one run and writes to a tracker in its own thread.

    Parameters
    ----------
    tracker : Tracker
        Only used in the recorder's thread until `close` returns.
    experiment_name : str, optional
        Name of the experiment. Default: the name of the run's table.
    params, tags : mapping, optional
        Parameters and tags in addition to those of the run.
    find_run : callable, optional
        Returns a run of the run store by id. With it, tracking starts with the first event, and
        trials are tracked when they end. Without it, everything is tracked at the end.
    """

    def __init__(
        self,
        tracker: Tracker,
        *,
        experiment_name: str | None = None,
        params: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
        find_run: Callable[[str], Run] | None = None,
    ) -> None:
        self._tracker, self._experiment_name = tracker, experiment_name
        self._params, self._tags = dict(params or {}), dict(tags or {})
        self._find_run = find_run
        self._run: Run | None = None
        self._tracking_id: str | None = None
        self._n_trials = 0
        self._prepare_s = 0.0
        self._tracked_run: TrackedRun | None = None
        self._failure: Exception | None = None
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run_tasks, name="automl-tracking", daemon=True)
        self._tasks.put(self._prepare)
        self._thread.start()

    def on_event(self, event: Mapping[str, object]) -> None:
        """Process one event of the run without blocking."""
        run_id = event.get("run_id")
        if self._run is None and self._find_run is not None and isinstance(run_id, str):
            # Not in the recorder's thread, because a run store may belong to the thread that opened
            # it. If the run isn't found now, its tracking starts in `close`.
            with contextlib.suppress(AutomlMagicError):
                self._run = run = self._find_run(run_id)
                self._tasks.put(lambda: self._begin(run))
        if event.get("event") == "trial" and self._run is not None:
            self._tasks.put(self._log_new_trials)

    def close(self, run: Run, *, limit_s: float | None = None) -> TrackingResult:
        """Write the rest of an ended run, in at most `limit_s` seconds (default: FLUSH_LIMIT_S)."""
        limit_s = FLUSH_LIMIT_S if limit_s is None else limit_s
        started = time.monotonic()
        self._run = run
        self._tasks.put(lambda: self._finish(run))
        self._tasks.put(None)
        self._thread.join(limit_s)
        flush_s = time.monotonic() - started
        tracked_run = None
        if self._thread.is_alive():
            warning: str | None = (
                f"The tracking store didn't respond within {limit_s:g} s. Run {run.run_id} is "
                "complete and will be tracked later."
            )
        elif self._failure is not None:
            warning = (
                f"Run {run.run_id} is complete, but isn't tracked yet. "
                f"{_format_error(self._failure)}"
            )
        else:
            warning, tracked_run = None, self._tracked_run
        return TrackingResult(
            tracking_id=tracked_run.tracking_id if tracked_run else None,
            model_uri=tracked_run.model_uri if tracked_run else None,
            warning=warning,
            prepare_s=self._prepare_s,
            flush_s=flush_s,
        )

    def _run_tasks(self) -> None:
        while (task := self._tasks.get()) is not None:
            if self._failure is not None:
                continue
            try:
                task()
            except Exception as failure:  # noqa: BLE001
                # No error may fail the run. `close` reports it.
                self._failure = failure

    def _prepare(self) -> None:
        started = time.monotonic()
        self._tracker.prepare()
        self._prepare_s = time.monotonic() - started

    def _begin(self, run: Run) -> None:
        self._tracking_id = self._tracker.begin(
            run,
            experiment_name=self._experiment_name or experiment_of(run),
            params={**params_of(run), **self._params},
            tags=self._tags,
        )

    def _log_new_trials(self) -> None:
        # The event only says that a trial ended. The trial itself is in the run's folder.
        if self._run is None:
            return
        trials = read_trials(Path(self._run.folder))
        if len(trials) > self._n_trials:
            self._tracker.log_trials(self._run.run_id, trials[self._n_trials :])
            self._n_trials = len(trials)

    def _finish(self, run: Run) -> None:
        if self._tracking_id is None:
            self._begin(run)
        self._log_new_trials()
        self._tracker.finish(run, artifacts=Path(run.folder), metrics=metrics_of(run))
        self._tracked_run = self._tracker.get(run.run_id)


def _format_error(error: Exception) -> str:
    return str(error) if isinstance(error, AutomlMagicError) else repr(error)
