"""MemoryTracker: tracks runs in memory.

Use it for tests, or to work without writing files: `TrackingRecorder(MemoryTracker())`. It doesn't
store files or models, only the names of the files.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from automl_magic.records import Leaderboard, Run, RunStatus, Trial
from automl_magic.track.tracker import (
    TrackedRun,
    check_ended,
    files_to_track,
    not_tracked_error,
    read_leaderboard,
    tags_of,
)


class MemoryTracker:
    """A tracker that stores nothing on disk."""

    def __init__(self) -> None:
        self._runs: dict[str, TrackedRun] = {}
        self._trials: dict[str, dict[int, Trial]] = {}
        self._leaderboards: dict[str, Leaderboard | None] = {}

    def prepare(self) -> None:
        """Do nothing: there's nothing to prepare."""

    def begin(
        self,
        run: Run,
        *,
        experiment_name: str,
        params: Mapping[str, object],
        tags: Mapping[str, str],
    ) -> str:
        tracking_id = f"memory-{run.run_id}"
        self._runs.setdefault(
            run.run_id,
            TrackedRun(
                run_id=run.run_id,
                tracking_id=tracking_id,
                experiment_name=experiment_name,
                status=RunStatus.RUNNING,
                params=dict(params),
                tags={**tags_of(run), **tags},
            ),
        )
        return tracking_id

    def log_trials(self, run_id: str, trials: Sequence[Trial]) -> None:
        if run_id not in self._runs:
            raise not_tracked_error(run_id)
        tracked_trials = self._trials.setdefault(run_id, {})
        for trial in trials:
            tracked_trials.setdefault(trial.number, trial)

    def finish(self, run: Run, *, artifacts: Path | None, metrics: Mapping[str, float]) -> None:
        check_ended(run)
        tracked_run = self._runs.get(run.run_id)
        if tracked_run is None:
            raise not_tracked_error(run.run_id)
        if tracked_run.status.is_end:
            return
        folder = artifacts if artifacts is not None and artifacts.is_dir() else None
        self._runs[run.run_id] = dataclasses.replace(
            tracked_run,
            status=run.status,
            metrics=dict(metrics),
            artifacts=tuple(map(str, files_to_track(folder))) if folder else (),
        )
        self._leaderboards[run.run_id] = read_leaderboard(folder) if folder else None

    def get(self, run_id: str) -> TrackedRun | None:
        return self._runs.get(run_id)

    def trials(self, run_id: str) -> tuple[Trial, ...]:
        tracked_trials = self._trials.get(run_id, {})
        return tuple(tracked_trials[number] for number in sorted(tracked_trials))

    def leaderboard(self, run_id: str) -> Leaderboard | None:
        return self._leaderboards.get(run_id)
