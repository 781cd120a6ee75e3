"""Tracker: where runs are remembered, and the words in which a run is described there.

    begin → log_trials, as they come → finish
                                          ↑ each may be repeated: a second call adds nothing

`finish` is the only step that ends a run, and it takes a run that our own store has ended. So a
run whose tracking failed half-way is mirrored later by the same three calls.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from automl_magic.errors import IllegalTransition, TrackingError
from automl_magic.records import Leaderboard, Record, RecordProblem, Run, RunStatus, Trial

# What a run folder holds for the run's own use: progress, the log, a stop request.
_NOT_KEPT = {"events.jsonl", "log.txt", "stop", "wish", "model"}


@dataclass(frozen=True, kw_only=True)
class TrackedRun(Record):
    """A run as the tracker remembers it.

    `status` is `running` until the run was finished here, whatever has happened since.
    `model_uri` is what `mlflow.pyfunc.load_model` takes, where the tracker keeps models.
    `artifacts` are the paths of the kept files, in order.
    """

    run_id: str
    tracking_id: str
    experiment_name: str
    status: RunStatus
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    artifacts: tuple[str, ...] = ()
    model_uri: str | None = None


class Tracker(Protocol):
    """What any tracker must do; `TrackerContract` in the tests holds each one to it."""

    def prepare(self) -> None:
        """Do once what takes long: imports, a connection, a migration. Other calls do it too."""

    def begin(
        self,
        run: Run,
        *,
        experiment_name: str,
        params: Mapping[str, Any],
        tags: Mapping[str, str],
    ) -> str:
        """Open the run and return the tracker's own id of it. Params are JSON values."""

    def log_trials(self, run_id: str, trials: Sequence[Trial]) -> None:
        """Add trials of a run that has begun. A number that is already there is left alone."""

    def finish(self, run: Run, *, artifacts: Path | None, metrics: Mapping[str, float]) -> None:
        """End the run as our own store has ended it, with the files of its folder.

        Raises
        ------
        IllegalTransition
            If the run has not ended.
        """

    def get(self, run_id: str) -> TrackedRun | None:
        """Return the run, or None where it was never begun here."""

    def trials(self, run_id: str) -> tuple[Trial, ...]:
        """Return the trials by number; none for an unknown run."""

    def leaderboard(self, run_id: str) -> Leaderboard | None:
        """Return the leaderboard among the run's files, if there is one."""


def check_ended(run: Run) -> None:
    """Refuse to finish what is still going on: only the supervisor ends runs."""
    if not run.status.is_end:
        raise IllegalTransition(
            f"Run {run.run_id} cannot be closed in the tracking store.",
            why=f"Its status is {run.status.value}, which is no end.",
            fix="Wait for its end, or stop it with Ctrl-C.",
        )


def not_begun(run_id: str) -> TrackingError:
    return TrackingError(
        f"Run {run_id} is not in the tracking store.",
        why="It was never begun there.",
        fix="Begin the run first, or mirror it.",
    )


def tags_of(run: Run) -> dict[str, str]:
    """Return what identifies a run: its id, its kind, and the digests of its inputs."""
    named = {
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
    return {name: value for name, value in named.items() if isinstance(value, str)}


def params_of(run: Run) -> dict[str, Any]:
    """Return what a run was asked: the notebook's parameters, and the threads."""
    threads = {"threads": run.inputs["threads"]} if "threads" in run.inputs else {}
    return {**threads, **run.parameters}


def metrics_of(run: Run) -> dict[str, float]:
    """Return the numbers that a run's last cell declared, under the names they are tracked by.

    A score goes by its metric's name with `cv_` or `holdout_` before it; its interval by the same
    name with `_low` and `_high` behind it.
    """
    result = run.result
    metrics: dict[str, Any] = {}
    for part in ("cv", "holdout"):
        score = result.get(part)
        if isinstance(score, Mapping):
            name = f"{part}_{score.get('metric')}"
            for key, suffix in (("score", ""), ("low", "_low"), ("high", "_high")):
                metrics[name + suffix] = score.get(key)
    metrics |= {name: result.get(name) for name in ("n_trials", "search_s", "explain_s")}
    if isinstance(result.get("metrics"), Mapping):  # what a notebook of another kind calls so
        metrics |= result["metrics"]
    if run.started_at and run.ended_at:
        metrics["wall_s"] = (run.ended_at - run.started_at).total_seconds()
    return {name: float(value) for name, value in metrics.items() if _is_number(value)}


def read_trials(folder: Path) -> tuple[Trial, ...]:
    """Read the trials that a search has written so far; a half-written last line is left out."""
    try:
        text = (folder / "trials.jsonl").read_text("utf-8", errors="surrogatepass")
    except FileNotFoundError:
        return ()
    return tuple(_trials(text))


def read_leaderboard(folder: Path) -> Leaderboard | None:
    """Read the leaderboard that a search has written, if it got that far."""
    try:
        text = (folder / "leaderboard.json").read_text("utf-8", errors="surrogatepass")
    except FileNotFoundError:
        return None
    return Leaderboard.from_json(json.loads(text))


def read_plan(folder: Path) -> dict[str, Any]:
    """Read the plan that a run keeps beside its notebook; empty where it had none."""
    try:
        document = json.loads((folder / "plan.json").read_text("utf-8", errors="surrogatepass"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    plan = document.get("plan") if isinstance(document, dict) else None
    return plan if isinstance(plan, dict) else {}


def files_to_keep(folder: Path) -> list[Path]:
    """Return the files of a run folder that are kept, as relative paths in order.

    The model is kept as a model. Links are not followed: a notebook may have written one.
    """
    kept = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if hidden or relative.parts[0] in _NOT_KEPT or path.is_symlink() or not path.is_file():
            continue
        kept.append(relative)
    return kept


def _trials(text: str) -> Iterator[Trial]:
    # Not splitlines: a name may hold U+2028, which is no end of a line in JSON.
    for line in text.split("\n")[:-1]:
        try:
            yield Trial.from_json(json.loads(line))
        except (json.JSONDecodeError, RecordProblem):
            # A killed writer may leave half a line, with the next writer's line behind it.
            continue


def _environment_digest(run: Run) -> object:
    environment = run.inputs.get("environment")
    return environment.get("sha256") if isinstance(environment, Mapping) else environment


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
