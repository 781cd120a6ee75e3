"""What the routes answer, as records. The browser's side of them, `src/records.ts`, is written from
here by `extension/typescript.py`: standard library and records alone, so that a build can read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from automl_magic.records.codec import Record
from automl_magic.records.runs.run import RunStatus
from automl_magic.records.runs.score import Score
from automl_magic.records.runs.trial import TrialState


@dataclass(frozen=True, kw_only=True)
class Progress(Record):
    """How far a run is that goes on."""

    cells_done: int
    n_cells: int
    trials: int
    best: float | None
    left_s: float | None


@dataclass(frozen=True, kw_only=True)
class RunSummary(Record):
    """What a list shows of a run; no path of this machine is part of it."""

    run_id: str
    kind: str
    status: RunStatus
    is_over: bool
    name: str
    notebook: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    rerun_of: str | None
    best: str | None
    score: Score | None
    is_holdout: bool
    n_trials: int | None
    failure: str | None
    has_model: bool
    has_leaderboard: bool
    is_explained: bool
    progress: Progress | None


@dataclass(frozen=True, kw_only=True)
class RunPage(Record):
    """Some of the newest runs, and whether there are older ones."""

    runs: tuple[RunSummary, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class TrialSummary(Record):
    """One trial of a run."""

    number: int
    candidate: str
    state: TrialState
    score: float | None
    fit_s: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class RunDetail(RunSummary):
    """A run with the trials that it has made so far."""

    trials: tuple[TrialSummary, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Events(Record):
    """What a run has written to its journal since an offset in bytes, and the offset behind it."""

    events: tuple[Mapping[str, Any], ...]
    offset: int
    status: RunStatus


@dataclass(frozen=True, kw_only=True)
class StartedRun(Record):
    """The run that a request has begun."""

    run_id: str


@dataclass(frozen=True, kw_only=True)
class StoppedRun(Record):
    """The run that was asked to end, and its status before it has."""

    run_id: str
    status: RunStatus


@dataclass(frozen=True, kw_only=True)
class PlacedNotebook(Record):
    """Where a notebook of a run was placed among the server's files."""

    path: str


@dataclass(frozen=True, kw_only=True)
class VersionSummary(Record):
    """One version of a registered model."""

    name: str
    version: int
    run_id: str
    uri: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RegisteredModel(Record):
    """A registered model and its versions, the newest first."""

    name: str
    versions: tuple[VersionSummary, ...]


@dataclass(frozen=True, kw_only=True)
class Models(Record):
    """The registered models, and the aliases that there can be."""

    models: tuple[RegisteredModel, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RunChange(Record):
    """One thing that changed: a word for machines, a sentence for people."""

    about: str
    words: str


@dataclass(frozen=True, kw_only=True)
class CellChange(Record):
    """A cell that was `added`, `removed` or `changed`, with the unified diff of its source."""

    cell_id: str
    kind: str
    diff: str


@dataclass(frozen=True, kw_only=True)
class RunDiff(Record):
    """What changed from one run to another."""

    before: str
    after: str
    changes: tuple[RunChange, ...]
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, kw_only=True)
class SpecText(Record):
    """The text of a new experiment file, and what to call it."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SpecProblem(Record):
    """One thing that is wrong in an experiment file; lines count from 1."""

    line: int
    what: str
    why: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class SpecProblems(Record):
    """Everything that is wrong in an experiment file."""

    problems: tuple[SpecProblem, ...]


RESPONSES: tuple[type[Record], ...] = (
    RunPage,
    RunDetail,
    Events,
    StartedRun,
    StoppedRun,
    PlacedNotebook,
    Models,
    VersionSummary,
    RunDiff,
    SpecText,
    SpecProblems,
)
