"""TrackingRecorder: track a run off its critical path.

Importing MLflow takes over a second and a first migration another; both happen in a thread while
the notebook runs in its own process. After the run's end only a short flush is left. Whatever
fails here is a warning: the run stands in our own store, and is mirrored later.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from automl_magic.errors import AutomlMagicError
from automl_magic.records import Run
from automl_magic.track.outbox import experiment_of
from automl_magic.track.tracker import TrackedRun, Tracker, metrics_of, params_of, read_trials

FLUSH_LIMIT_S = 8.0
_Work: TypeAlias = Callable[[], None]


@dataclass(frozen=True)
class Recorded:
    """What became of the tracking of a run.

    It is there whole, with its `tracking_id`, or `warning` says why it is not. `prepare_s` was
    spent while the notebook ran, `flush_s` after its end.
    """

    tracking_id: str | None
    model_uri: str | None
    warning: str | None
    prepare_s: float
    flush_s: float


class TrackingRecorder:
    """Hears the events of one run and writes to a tracker from a thread of its own.

    Parameters
    ----------
    tracker : Tracker
        Used from the recorder's thread alone, until `close` returns.
    experiment_name : str, optional
        The experiment that the run belongs to; by default that of its table.
    params, tags : mapping, optional
        Added to what the run itself says.
    find_run : callable, optional
        Returns the run of an id, from the store of runs. With it the run is begun with its first
        event, and its trials are tracked as they end; without it, at the end.
    """

    def __init__(
        self,
        tracker: Tracker,
        *,
        experiment_name: str | None = None,
        params: Mapping[str, Any] | None = None,
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
        self._known: TrackedRun | None = None
        self._failure: Exception | None = None
        self._work: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="automl-tracking", daemon=True)
        self._work.put(self._prepare)
        self._thread.start()

    def on_event(self, event: Mapping[str, Any]) -> None:
        """Take one event of the run. Returns at once."""
        run_id = event.get("run_id")
        if self._run is None and self._find_run is not None and isinstance(run_id, str):
            # Here and not in the thread: a store of runs may belong to the thread that opened it.
            # A run that is not found now is begun when it closes.
            with contextlib.suppress(AutomlMagicError):
                self._run = run = self._find_run(run_id)
                self._work.put(lambda: self._begin(run))
        if event.get("event") == "trial" and self._run is not None:
            self._work.put(self._log_new_trials)

    def close(self, run: Run, *, limit_s: float | None = None) -> Recorded:
        """Write what is left of an ended run, for at most `limit_s` seconds (FLUSH_LIMIT_S)."""
        limit_s = FLUSH_LIMIT_S if limit_s is None else limit_s
        started = time.monotonic()
        self._run = run
        self._work.put(lambda: self._finish(run))
        self._work.put(None)
        self._thread.join(limit_s)
        flush_s = time.monotonic() - started
        known = None
        if self._thread.is_alive():
            warning: str | None = (
                f"The tracking store had not answered after {limit_s:g} s. Run {run.run_id} is "
                "complete and will be tracked later."
            )
        elif self._failure is not None:
            warning = (
                f"Run {run.run_id} is complete, but is not tracked yet. {_told(self._failure)}"
            )
        else:
            warning, known = None, self._known
        return Recorded(
            tracking_id=known.tracking_id if known else None,
            model_uri=known.model_uri if known else None,
            warning=warning,
            prepare_s=self._prepare_s,
            flush_s=flush_s,
        )

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            if self._failure is not None:
                continue
            try:
                work()
            except Exception as failure:  # noqa: BLE001
                # Of whatever kind: it must not fail the run, and `close` tells it.
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
        # An event says that a trial ended; the trial itself stands in the run's folder.
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
        self._known = self._tracker.get(run.run_id)


def _told(failure: Exception) -> str:
    return str(failure) if isinstance(failure, AutomlMagicError) else repr(failure)
