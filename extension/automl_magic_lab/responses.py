"""Responses of the routes, as records.

`extension/typescript.py` generates `src/records.ts` from them, also in builds without dependencies.
So this module imports only the standard library and records.
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
    """The progress of a running run."""

    cells_done: int
    n_cells: int
    trials: int
    best: float | None
    left_s: float | None


@dataclass(frozen=True, kw_only=True)
class RunSummary(Record):
    """A run in a list. It contains no paths of this machine."""

    run_id: str
    kind: str
    status: RunStatus
    is_over: bool
    was_stopped_early: bool
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
    """A page of the newest runs, and whether there are older ones."""

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
    """A run with its trials so far."""

    trials: tuple[TrialSummary, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Events(Record):
    """The events in a run's journal from an offset in bytes, and the offset after them."""

    events: tuple[Mapping[str, Any], ...]
    offset: int
    status: RunStatus


@dataclass(frozen=True, kw_only=True)
class StartedRun(Record):
    """A run that a request has started."""

    run_id: str


@dataclass(frozen=True, kw_only=True)
class StoppedRun(Record):
    """A run with a stop request, and its current status."""

    run_id: str
    status: RunStatus


@dataclass(frozen=True, kw_only=True)
class PlacedNotebook(Record):
    """The path of a run's notebook among the server's files."""

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
    """A registered model and its versions, newest first."""

    name: str
    versions: tuple[VersionSummary, ...]


@dataclass(frozen=True, kw_only=True)
class Models(Record):
    """The registered models, and the valid aliases."""

    models: tuple[RegisteredModel, ...]
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RunChange(Record):
    """One change: a code for programs, a sentence for people."""

    about: str
    words: str


@dataclass(frozen=True, kw_only=True)
class CellChange(Record):
    """A cell that was `added`, `removed` or `changed`, with a unified diff of its source."""

    cell_id: str
    kind: str
    diff: str


@dataclass(frozen=True, kw_only=True)
class RunDiff(Record):
    """The changes from one run to another."""

    before: str
    after: str
    changes: tuple[RunChange, ...]
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, kw_only=True)
class SpecText(Record):
    """The text and the name of a new experiment file."""

    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SpecProblem(Record):
    """An error in an experiment file. Lines count from 1."""

    line: int
    what: str
    why: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class SpecProblems(Record):
    """All errors in an experiment file."""

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
