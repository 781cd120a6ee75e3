"""Tracker: the interface of tracking stores, and the tags, params and metrics of a run.

    begin → log_trials (repeatedly) → finish

All calls are idempotent: they can be repeated without effect. Only `finish` ends a run, and it
needs a run that has ended in the run store. So if tracking fails halfway, the run is mirrored later
with the same three calls.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeGuard

from automl_magic.errors import IllegalTransition, TrackingError
from automl_magic.records import Leaderboard, Record, RecordProblem, Run, RunStatus, Trial

# Files that are only for the run itself: progress, the log, stop requests.
_EXCLUDED = {"events.jsonl", "log.txt", "stop", "wish", "model"}


@dataclass(frozen=True, kw_only=True)
class TrackedRun(Record):
    """A run in the tracking store.

    `status` is `running` until the run is finished in the tracking store. `model_uri` is the
    argument of `mlflow.pyfunc.load_model`, if the tracker stores models. `artifacts` are the sorted
    paths of the stored files.
    """

    run_id: str
    tracking_id: str
    experiment_name: str
    status: RunStatus
    params: Mapping[str, object] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    artifacts: tuple[str, ...] = ()
    model_uri: str | None = None


class Tracker(Protocol):
    """Interface of all trackers. `TrackerContract` in the tests checks it."""

    def prepare(self) -> None:
        """Do the slow setup once: import, connect, migrate. Other calls do it if needed."""

    def begin(
        self,
        run: Run,
        *,
        experiment_name: str,
        params: Mapping[str, object],
        tags: Mapping[str, str],
    ) -> str:
        """Start tracking a run and return its id in the tracking store. Params are JSON values."""

    def log_trials(self, run_id: str, trials: Sequence[Trial]) -> None:
        """Add trials to a tracked run. Trials whose number already exists are skipped."""

    def finish(self, run: Run, *, artifacts: Path | None, metrics: Mapping[str, float]) -> None:
        """Finish tracking an ended run, and store the files of its folder.

        Raises
        ------
        IllegalTransition
            If the run hasn't ended.
        """

    def get(self, run_id: str) -> TrackedRun | None:
        """Return a run, or None if it isn't tracked."""

    def trials(self, run_id: str) -> tuple[Trial, ...]:
        """Return the trials of a run, sorted by number. Empty for an unknown run."""

    def leaderboard(self, run_id: str) -> Leaderboard | None:
        """Return the leaderboard among the run's files, or None if there's none."""


def check_ended(run: Run) -> None:
    """Raise IllegalTransition if a run hasn't ended: only the supervisor ends runs."""
    if not run.status.is_end:
        raise IllegalTransition(
            f"Can't finish run {run.run_id} in the tracking store.",
            why=f"Its status is {run.status.value}, so it hasn't ended.",
            fix="Wait until it ends, or stop it with Ctrl-C.",
        )


def not_tracked_error(run_id: str) -> TrackingError:
    return TrackingError(
        f"Run {run_id} isn't in the tracking store.",
        why="Its tracking hasn't been started.",
        fix="Start tracking it first, or mirror it.",
    )


def tags_of(run: Run) -> dict[str, str]:
    """Return the tags that identify a run: its id, its kind and the digests of its inputs."""
    tags = {
        "automl.run_id": run.run_id,
        "automl.kind": run.kind,
        "automl.notebook": Path(run.notebook).name,
        "automl.plan_sha256": run.inputs.get("plan"),
        "automl.data_fingerprint": run.inputs.get("data"),
        "automl.notebook_sha256": run.inputs.get("notebook"),
        "automl.code_sha256": run.inputs.get("code"),
        "automl.env_sha256": _environment_digest(run),
        "automl.rerun_of": run.rerun_of,
    }
    return {name: value for name, value in tags.items() if isinstance(value, str)}


def params_of(run: Run) -> dict[str, object]:
    """Return the parameters of a run: the notebook's parameters and the number of threads."""
    threads = {"threads": run.inputs["threads"]} if "threads" in run.inputs else {}
    return {**threads, **run.parameters}


def metrics_of(run: Run) -> dict[str, float]:
    """Return the metrics of a run's result by their names in the tracking store.

    A score has the name of its metric with the prefix `cv_` or `holdout_`. Its interval has the
    suffixes `_low` and `_high`.
    """
    result = run.result
    metrics: dict[str, object] = {}
    for part in ("cv", "holdout"):
        score = result.get(part)
        if isinstance(score, Mapping):
            name = f"{part}_{score.get('metric')}"
            for key, suffix in (("score", ""), ("low", "_low"), ("high", "_high")):
                metrics[name + suffix] = score.get(key)
    metrics |= {name: result.get(name) for name in ("n_trials", "search_s", "explain_s")}
    if isinstance(result.get("metrics"), Mapping):  # from other kinds of notebooks
        metrics |= result["metrics"]
    if run.started_at and run.ended_at:
        metrics["wall_s"] = (run.ended_at - run.started_at).total_seconds()
    return {name: float(value) for name, value in metrics.items() if _is_number(value)}


def read_trials(folder: Path) -> tuple[Trial, ...]:
    """Read the trials that a search has written so far, without a partial last line."""
    try:
        text = (folder / "trials.jsonl").read_text("utf-8", errors="surrogatepass")
    except FileNotFoundError:
        return ()
    return tuple(_trials(text))


def read_leaderboard(folder: Path) -> Leaderboard | None:
    """Read the leaderboard of a search, or return None if it isn't written yet."""
    try:
        text = (folder / "leaderboard.json").read_text("utf-8", errors="surrogatepass")
    except FileNotFoundError:
        return None
    return Leaderboard.from_json(json.loads(text))


def read_plan(folder: Path) -> dict[str, Any]:
    """Read the plan in a run's folder. Empty if there's none."""
    try:
        document = json.loads((folder / "plan.json").read_text("utf-8", errors="surrogatepass"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    plan = document.get("plan") if isinstance(document, dict) else None
    return plan if isinstance(plan, dict) else {}


def files_to_track(folder: Path) -> list[Path]:
    """Return the files of a run's folder to track, as sorted relative paths.

    The model is excluded, because it's logged as a model. Links are excluded, because a notebook
    could have created them.
    """
    files = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if hidden or relative.parts[0] in _EXCLUDED or path.is_symlink() or not path.is_file():
            continue
        files.append(relative)
    return files


def _trials(text: str) -> Iterator[Trial]:
    # Not splitlines, because names can contain U+2028, which isn't a line end in JSON lines.
    for line in text.split("\n")[:-1]:
        try:
            yield Trial.from_json(json.loads(line))
        except (json.JSONDecodeError, RecordProblem):
            # A killed writer can leave a partial line, to which the next writer appends.
            continue


def _environment_digest(run: Run) -> object:
    environment = run.inputs.get("environment")
    return environment.get("sha256") if isinstance(environment, Mapping) else environment


def _is_number(value: object) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)
