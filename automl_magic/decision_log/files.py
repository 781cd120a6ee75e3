"""Files of a run with reasons: its plan, trials, decisions, leaderboard, recipe and result.

Files with a digest in the run's record are checked against it. A run that hasn't finished has no
digests yet, so its files are read as they are. Events never have a digest, and unreadable lines
are skipped.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automl_magic.records import (
    CellLink,
    DecisionKind,
    Leaderboard,
    Plan,
    Run,
    Score,
    Trial,
    TrialState,
)
from automl_magic.runs.artifacts import verified_artifact
from automl_magic.runs.outcome import OUTPUT_NAME
from automl_magic.runs.plan_folder import find_plan

INPUT_NAME, SEARCH_CELL, ENSEMBLE_CELL = "input.ipynb", "search", "ensemble"
# Kinds of decisions about the model.
MODEL = (DecisionKind.ENSEMBLE, DecisionKind.MEMBER, "weights", "seeds", "calibration", "threshold",
         "pareto", "latency", "level", "model")  # fmt: skip
# The member that uses no column (`learn.candidate.BASELINE`, whose import loads NumPy).
BASELINE = "dummy"


@dataclass(frozen=True)
class SearchDecision:
    """A decision of the search, from `events.jsonl`."""

    about: str
    name: str
    choice: str
    why: str
    evidence: Mapping[str, object]
    rejected: tuple[str, ...]
    at_s: float | None
    cell_id: str

    @property
    def is_about_model(self) -> bool:
        return self.about in MODEL


@dataclass(frozen=True)
class RunFiles:
    """The contents of a run's folder that explain its decisions."""

    run: Run
    notebook: str
    plan: Plan | None = None
    trials: tuple[Trial, ...] = ()
    decisions: tuple[SearchDecision, ...] = ()
    trial_ended_s: Mapping[int, float] = field(default_factory=dict)
    best_so_far: float | None = None
    leaderboard: Leaderboard | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @classmethod
    def of(cls, run: Run) -> RunFiles:
        """Read the folder of a run. Missing files are left empty.

        Raises
        ------
        ArtifactTampered
            If a file isn't what the run wrote.
        """
        from automl_magic.track import read_trials

        folder = Path(run.folder)
        for artifact in run.artifacts:
            if artifact.path in ("plan.json", "trials.jsonl"):
                verified_artifact(run, artifact.path)
        notebook = OUTPUT_NAME if (folder / OUTPUT_NAME).exists() else INPUT_NAME
        leaderboard = _document(run, "leaderboard.json")
        events = list(_events(folder / "events.jsonl"))
        return cls(
            run=run,
            notebook=notebook,
            plan=find_plan(folder),
            trials=read_trials(folder),
            decisions=tuple(_decided(event) for event in events if event["event"] == "decision"),
            trial_ended_s=dict(_ends(events)),
            best_so_far=_best_so_far(events),
            leaderboard=Leaderboard.from_json(leaderboard) if leaderboard else None,
            recipe=_document(run, "recipe.json"),
            result=run.result or _document(run, "result.json"),
            cells=dict(_cells(folder / notebook)),
        )

    @property
    def is_search(self) -> bool:
        return self.run.kind == "search" or bool(self.trials)

    @property
    def weights(self) -> dict[int, float]:
        """The weight of each member of the model, by trial number."""
        rows = self.leaderboard.rows if self.leaderboard else ()
        return {
            row.trial: row.weight
            for row in rows
            if row.trial is not None and row.weight is not None
        }

    @property
    def best(self) -> Trial | None:
        """The trial with the best score, from the leaderboard, or from the events before it exists.

        Scores aren't compared here because the direction of the metric isn't known.
        """
        if self.leaderboard is None:
            complete = self.complete_trials()
            return next(
                (t for t in complete if t.score and t.score.value == self.best_so_far), None
            )
        rows = self.leaderboard.rows
        first = next((row.trial for row in rows if row.trial is not None and row.score), None)
        return next((trial for trial in self.trials if trial.number == first), None)

    @property
    def candidates(self) -> list[str]:
        """The names of all planned or tried candidates, in order."""
        planned = [candidate.name for candidate in self.plan.candidates] if self.plan else []
        return list(dict.fromkeys([*planned, *(trial.candidate for trial in self.trials)]))

    def candidate_of(self, decision: SearchDecision) -> str | None:
        """Return the candidate of the trial that a decision is about, or None."""
        if decision.about != DecisionKind.TRIAL:
            return None
        return {str(trial.number): trial.candidate for trial in self.trials}.get(decision.name)

    def link(self, cell_id: str) -> CellLink:
        return CellLink(run_id=self.run.run_id, notebook=self.notebook, cell_id=cell_id)

    def cell_with_reason(self, why: str) -> CellLink | None:
        """Return the cell whose metadata gives this reason, or None."""
        for cell_id, metadata in self.cells.items():
            if why and why in str(metadata.get("why", "")):
                return self.link(cell_id)
        return None

    def score(self, name: str) -> Score | None:
        document = self.result.get(name)
        return Score.from_json(document) if isinstance(document, Mapping) else None

    def complete_trials(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.state is TrialState.COMPLETE]


def _document(run: Run, name: str) -> dict[str, Any]:
    path = Path(run.folder) / name
    if any(artifact.path == name for artifact in run.artifacts):
        verified_artifact(run, name)
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _events(path: Path) -> Iterator[dict[str, object]]:
    with contextlib.suppress(FileNotFoundError), path.open("rb") as lines:
        for line in lines:
            with contextlib.suppress(ValueError, RecursionError):
                event = json.loads(line)
                if isinstance(event, dict) and isinstance(event.get("event"), str):
                    yield event


def _ends(events: list[dict[str, object]]) -> Iterator[tuple[int, float]]:
    for event in events:
        at_s = _number(event.get("elapsed_s"))
        number = event.get("number")
        if event["event"] == "trial" and isinstance(number, int) and at_s is not None:
            yield number, at_s


def _best_so_far(events: list[dict[str, object]]) -> float | None:
    best = [_number(event.get("best")) for event in events if event["event"] == "trial"]
    return best[-1] if best else None


def _decided(event: Mapping[str, object]) -> SearchDecision:
    evidence, rejected = event.get("evidence"), event.get("rejected")
    about = str(event.get("about", ""))
    default_cell = ENSEMBLE_CELL if about in MODEL else SEARCH_CELL
    return SearchDecision(
        about=about,
        name=str(event.get("name", "")),
        choice=str(event.get("choice", "")),
        why=str(event.get("why", "")),
        evidence=evidence if isinstance(evidence, Mapping) else {},
        rejected=tuple(map(str, rejected)) if isinstance(rejected, list) else (),
        at_s=_number(event.get("elapsed_s")),
        cell_id=str(event.get("cell_id") or default_cell),
    )


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else None  # type: ignore[arg-type]


def _cells(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    try:
        document = json.loads(path.read_text("utf-8"))
        for cell in document["cells"]:
            if cell["cell_type"] == "code":
                yield str(cell["id"]), dict(cell["metadata"].get("automl", {}))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return
