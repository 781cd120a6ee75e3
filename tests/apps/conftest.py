"""A finished run in a home of its own, made without running anything."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from automl_magic.execute import RunStore
from automl_magic.records import (
    Artifact,
    CellLink,
    Leaderboard,
    LeaderboardRow,
    Run,
    RunStatus,
    Score,
    Trial,
    TrialState,
    dumps,
)
from automl_magic.runs.backends import run_store
from automl_magic.workspace import default_workspace

METRIC = "roc_auc"
HOSTILE = (
    '"><script>window.__xss = 1</script><img src=x onerror="window.__xss = 1">\x1b]0;x\x07$x^$'
)
SCORES = {
    "ensemble": (0.9731, 0.9612, 0.9833),
    "lightgbm": (0.9702, 0.9571, 0.9812),
    "catboost": (0.9688, 0.9561, 0.9798),
    "xgboost": (0.9657, 0.9522, 0.9777),
    "extra_trees": (0.9521, 0.9359, 0.9667),
    "linear": (0.9233, 0.9021, 0.9430),
    HOSTILE: (0.9104, 0.8866, 0.9333),
    "dummy": (0.5, 0.5, 0.5),
}
# What was measured: the model and its members.
COSTS = {
    "ensemble": {"row_latency_ms": 2.4, "size_bytes": 3_900_000, "on_front": True},
    "lightgbm": {"row_latency_ms": 0.4, "size_bytes": 1_100_000, "on_front": True},
    "catboost": {"row_latency_ms": 0.9, "size_bytes": 2_200_000, "on_front": False},
    "xgboost": {"row_latency_ms": 0.3, "size_bytes": 600_000, "on_front": True},
}


@dataclass
class Finished:
    """A finished run, and what its leaderboard should show."""

    run: Run
    leaderboard: Leaderboard
    cell_ids: list[str]


def scored(values: tuple[float, float, float], rows: int = 569) -> Score:
    return Score(metric=METRIC, score=values[0], rows=rows, low=values[1], high=values[2])


def finish(store: RunStore, names: dict[str, tuple[float, float, float]] = SCORES) -> Finished:
    """Write a run that has succeeded, with the files that a search leaves behind."""
    created = store.create(kind="search", notebook="search.ipynb")
    run_id, folder = created.run_id, Path(created.folder)
    folder.mkdir(parents=True)
    cell_of = {
        name: f"candidate-{i}" if name != "ensemble" else "ensemble" for i, name in enumerate(names)
    }
    link = lambda cell: CellLink(run_id=run_id, notebook="output.ipynb", cell_id=cell)  # noqa: E731
    rows = [
        LeaderboardRow(
            rank=rank,
            name=name,
            score=scored(values),
            link=link(cell_of[name]),
            state=TrialState.COMPLETE,
            reason=f"tried because {name} is often good",
            trial=None if name == "ensemble" else rank,
            fit_s=None if name == "ensemble" else 1.25 * rank,
            weight={"lightgbm": 0.5, "catboost": 0.3, "xgboost": 0.2}.get(name),
            **COSTS.get(name, {}),
        )
        for rank, (name, values) in enumerate(names.items(), 1)
    ]
    rows.append(
        LeaderboardRow(
            rank=len(rows) + 1,
            name="random_forest",
            score=None,
            link=link("candidate-0"),
            state=TrialState.FAIL,
            reason="MemoryError",
            trial=99,
        )
    )
    leaderboard = Leaderboard(
        run_id=run_id,
        metric=METRIC,
        higher_is_better=True,
        rows=tuple(rows),
        holdout=scored((0.9689, 0.9401, 0.9899), rows=114),
        holdout_link=link("holdout"),
    )
    trials = [
        Trial(
            number=row.trial,
            candidate=row.name,
            estimator="lightgbm",
            view="tree",
            params={},
            state=row.state,
            reason=row.reason,
            fit_s=row.fit_s or 0.0,
            score=row.score,
            fold_scores=tuple(row.score.score + shift for shift in (-0.01, 0.0, 0.012)),
        )
        for row in rows
        if row.trial is not None and row.score is not None
    ]
    cell_ids = [*cell_of.values(), "holdout"]
    cells = [
        {
            "cell_type": "code",
            "id": cell,
            "metadata": {"automl": {"why": HOSTILE if cell == "holdout" else "because"}},
            "source": f"# {HOSTILE}\ncandidates[{cell!r}] = learn.candidate('lightgbm')",
            "outputs": [],
            "execution_count": 1,
        }
        for cell in cell_ids
    ]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    files = {
        "leaderboard.json": dumps(leaderboard.to_json()),
        "output.ipynb": json.dumps(notebook),
        "trials.jsonl": "".join(json.dumps(trial.to_json()) + "\n" for trial in trials),
    }
    artifacts = []
    for name, text in files.items():
        data = text.encode()
        (folder / name).write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        artifacts.append(Artifact(path=name, size_bytes=len(data), sha256=sha256))
    run = created
    for status in (RunStatus.STAGING, RunStatus.RUNNING, RunStatus.COMMITTING):
        run = store.advance(run_id, run.token, status)
    run = store.advance(run_id, run.token, RunStatus.SUCCEEDED, artifacts=tuple(artifacts))
    return Finished(run, leaderboard, cell_ids)


@pytest.fixture
def store(tmp_path, monkeypatch) -> RunStore:
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    return run_store(default_workspace())


@pytest.fixture
def finished(store) -> Finished:
    return finish(store)


@pytest.fixture
def fifty(store) -> Finished:
    """A finished run with fifty scored trials and one that failed."""
    scores = [0.99 - i / 200 for i in range(50)]
    return finish(store, {f"candidate_{i}": (s, s - 0.01, s + 0.005) for i, s in enumerate(scores)})
