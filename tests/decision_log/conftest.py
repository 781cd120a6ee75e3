"""A run's folder, written from plain records: a search of seven trials on four columns."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from automl_magic.records import (
    Candidate,
    CellLink,
    Column,
    ColumnKind,
    Dataset,
    Decision,
    DecisionKind,
    Estimate,
    ExperimentSpec,
    Failure,
    FailureKind,
    Finding,
    Leaderboard,
    LeaderboardRow,
    Plan,
    Run,
    RunStatus,
    Score,
    Severity,
    Split,
    SplitKind,
    StepSpec,
    TaskKind,
    Trial,
    TrialState,
)

RUN_ID = "20260101-120000-abcd"


def score(value: float, low: float | None = None, high: float | None = None) -> Score:
    return Score(metric="roc_auc", score=value, rows=80, low=low, high=high)


def trial(number: int, candidate: str, value: float | None, reason: str, **changes: Any) -> Trial:
    state = TrialState.COMPLETE if value is not None else TrialState.PRUNED
    known = {
        "number": number,
        "candidate": candidate,
        "estimator": candidate,
        "view": "tree",
        "params": {},
        "state": state,
        "reason": reason,
        "fit_s": 0.5,
        "score": None if value is None else score(value),
        "cell_id": f"candidate-{candidate}",
    }
    return Trial(**{**known, **changes})


TRIALS = (
    trial(0, "dummy", 0.5, "What is known without any column.", cell_id="search"),
    trial(1, "linear", 0.7, "A candidate of the plan."),
    trial(
        2,
        "lightgbm",
        0.8,
        "A candidate of the plan.",
        params={"num_leaves": 7, "learning_rate": 0.1},
        n_iterations=52,
        fold_iterations=(50, 50),
        fold_scores=(0.75, 0.85),
    ),
    trial(3, "forest", None, "Not started: it needs about 9 s, and 4 s are left.", started=False),
    trial(4, "lightgbm", None, "Stopped after 33% of the expected rounds."),
    trial(5, "linear", None, "ValueError: no convergence", state=TrialState.FAIL),
    trial(6, "linear", 0.75, "Varied from trial 1: C 1.0 → 0.1."),
)

DECISIONS = (
    Decision(about=DecisionKind.TASK, choice="binary", why="The target has two values."),
    Decision(
        about=DecisionKind.FOLDS,
        choice="5",
        why="Five folds train on four fifths.",
        evidence={"rows": 100, "share_of_budget": 0.068},
        rejected=("3: noisier",),
    ),
    Decision(
        about=DecisionKind.COLUMN, name="id", choice="excluded", why="Each row has its own value."
    ),
    Decision(
        about=DecisionKind.COLUMN, name="key", choice="excluded", why="Each row has its own value."
    ),
    Decision(
        about=DecisionKind.CANDIDATES,
        choice="linear, lightgbm, forest",
        why="Cheap ones first.",
        rejected=("deep: from 5,000 rows on",),
    ),
)


def column(name: str, kind: ColumnKind, reason: str) -> Column:
    return Column(name=name, kind=kind, stored_as="text", reason=reason, n_missing=0, n_unique=9)


PLAN = Plan(
    experiment=ExperimentSpec(data="churn.csv", target="churn", budget_s=20.0),
    dataset=Dataset(
        name="churn",
        source="churn.csv",
        read={},
        fingerprint="sha256:00",
        n_rows=100,
        memory_bytes=1,
        columns=(
            column("id", ColumnKind.ID, "100 distinct labels."),
            column("key", ColumnKind.ID, "100 distinct labels."),
            column("spend", ColumnKind.NUMBER, "Text that reads as numbers."),
            column("churn", ColumnKind.BOOLEAN, "Two values."),
        ),
        findings=(
            Finding(
                code="AM011",
                severity=Severity.WARNING,
                title="Numbers stored as text.",
                detail="Text is read as numbers.",
                fix="If that's right, no action needed.",
                columns=("spend",),
            ),
        ),
    ),
    task=TaskKind("binary"),
    metric="roc_auc",
    split=Split(kind=SplitKind.STRATIFIED, folds=5, holdout=0.2, seed=0),
    views={"tree": (StepSpec(kind="number", columns=("spend",), params={"fill": "median"}),)},
    candidates=tuple(
        Candidate(
            name=name,
            estimator=name,
            view="tree",
            params={},
            decision=Decision(
                about=DecisionKind.CANDIDATE, name=name, choice=name, why=f"{name} is there."
            ),
        )
        for name in ("linear", "lightgbm", "forest")
    ),
    decisions=DECISIONS,
    estimate=Estimate(search_s=20, overhead_s=8, memory_bytes=1, n_trials=9, basis=""),
)

EVENTS = (
    {"event": "search", "budget_s": 20.0},
    {"event": "decision", "about": "order", "choice": "linear first", "why": "It is cheap.",
     "evidence": {"tables": 4}, "elapsed_s": 0.1},
    {"event": "trial", "number": 2, "best": 0.8, "elapsed_s": 2.5, "state": "complete"},
    {"event": "decision", "about": "trial", "name": "2", "choice": "frozen",
     "why": "Its time ended.", "evidence": {"rounds": 50}, "elapsed_s": 2.5},
)  # fmt: skip


def link(cell_id: str) -> CellLink:
    return CellLink(run_id=RUN_ID, notebook="output.ipynb", cell_id=cell_id)


def row(rank: int, of: Trial, weight: float | None = None) -> LeaderboardRow:
    return LeaderboardRow(
        rank=rank,
        name=of.candidate,
        score=of.score,
        link=link(of.cell_id or "search"),
        state=of.state,
        reason=of.reason,
        trial=of.number,
        fit_s=of.fit_s,
        weight=weight,
    )


BOARD = Leaderboard(
    run_id=RUN_ID,
    metric="roc_auc",
    higher_is_better=True,
    rows=(
        row(1, TRIALS[2], 0.75),
        row(2, TRIALS[6], 0.25),
        row(3, TRIALS[1]),
        row(4, TRIALS[0]),
    ),
)

RESULT = {
    "kind": "search",
    "cv": score(0.81, 0.7, 0.9).to_json(),
    "holdout": score(0.79, 0.6, 0.9).to_json(),
    "best": "ensemble",
    "n_trials": 7,
    "search_s": 18.5,
    "stopped": "deadline",
    "replayed": False,
}

CELLS = {
    "task": "The target has two values.",
    "split": "folds: 5. Five folds train on four fifths.",
    "candidates": "column id: left out. Each row has its own value.\ncandidates: linear. Cheap "
    "ones first.",
    "candidate-linear": "linear is there.",
    "search": "",
}


@dataclass
class Story:
    """What a run has left behind; each part can be taken away or changed."""

    folder: Path
    run: Run
    plan: Plan | None = PLAN
    trials: tuple[Trial, ...] = TRIALS
    events: tuple[dict[str, Any], ...] = EVENTS
    board: Leaderboard | None = BOARD
    result: dict[str, Any] = field(default_factory=lambda: dict(RESULT))
    recipe: dict[str, Any] = field(default_factory=dict)

    def written(self, **changes: Any) -> Run:
        """Write the folder, and return the run's record."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.folder.mkdir(exist_ok=True)
        if self.plan is not None:
            self._write("plan.json", {"plan": self.plan.to_json(), "code": {}})
        if self.board is not None:
            self._write("leaderboard.json", self.board.to_json())
            self._write("recipe.json", self.recipe)
        cells = [
            {"id": name, "cell_type": "code", "metadata": {"automl": {"step": name, "why": why}}}
            for name, why in CELLS.items()
        ]
        self._write("output.ipynb", {"cells": cells})
        self._lines("trials.jsonl", [one.to_json() for one in self.trials])
        self._lines("events.jsonl", self.events)
        return dataclasses.replace(self.run, result=self.result)

    def failed(self, **changes: Any) -> Run:
        """Write the folder of a run that raised an error before its last cells."""
        run = self.written(board=None, result={}, **changes)
        failure = Failure(kind=FailureKind.RAISED, message="boom", cell_id="ensemble")
        return dataclasses.replace(run, status=RunStatus.FAILED, failure=failure)

    def _write(self, name: str, document: object) -> None:
        (self.folder / name).write_text(json.dumps(document))

    def _lines(self, name: str, documents: Any) -> None:
        lines = "".join(json.dumps(document) + "\n" for document in documents)
        (self.folder / name).write_text(lines)


@pytest.fixture
def story(tmp_path):
    folder = tmp_path / RUN_ID
    run = Run(
        run_id=RUN_ID,
        kind="search",
        notebook="search.ipynb",
        folder=str(folder),
        status=RunStatus.SUCCEEDED,
        created_at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    )
    return Story(folder, run)
