"""Run: one execution of one notebook. Only this record says how it ended.

Notebook files aren't reliable: after a dead kernel, papermill marks every cell `completed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from automl_magic.records.codec import Record


class RunStatus(StrEnum):
    """The status of a run.

    created → staging → running → committing → succeeded
         └───────┴─────────┴───────────┴─────→ failed | cancelled | lost
    """

    CREATED = "created"
    STAGING = "staging"
    RUNNING = "running"
    COMMITTING = "committing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_end(self) -> bool:
        return self in END_STATES

    def can_become(self, status: RunStatus) -> bool:
        return status in TRANSITIONS[self]


_UNSUCCESSFUL = frozenset({RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.LOST})
END_STATES = _UNSUCCESSFUL | {RunStatus.SUCCEEDED}
TRANSITIONS: Mapping[RunStatus, frozenset[RunStatus]] = {
    RunStatus.CREATED: frozenset({RunStatus.STAGING}) | _UNSUCCESSFUL,
    RunStatus.STAGING: frozenset({RunStatus.RUNNING}) | _UNSUCCESSFUL,
    RunStatus.RUNNING: frozenset({RunStatus.COMMITTING}) | _UNSUCCESSFUL,
    RunStatus.COMMITTING: frozenset({RunStatus.SUCCEEDED}) | _UNSUCCESSFUL,
    **{end: frozenset() for end in END_STATES},
}


class FailureKind(StrEnum):
    """The way in which a notebook failed."""

    RAISED = "raised"
    DIED = "died"
    TIMED_OUT = "timed_out"
    EXITED = "exited"
    OUT_OF_MEMORY = "out_of_memory"
    FROZEN = "frozen"
    NOT_STARTED = "not_started"
    NO_END_MARKER = "no_end_marker"
    TAMPERED = "tampered"


@dataclass(frozen=True, kw_only=True)
class Failure(Record):
    """How and where a notebook failed. `message` is one line. The log has the details."""

    kind: FailureKind
    message: str
    cell_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Artifact(Record):
    """One file of a run: its path inside the run's folder, its size, and its SHA-256."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Run(Record):
    """One execution of one notebook.

    `kind` is the notebook's kind: `search`, `explore`, `model`, or `notebook` for any other.
    `inputs` are compared by a rerun: `plan`, `data`, `notebook`, `code`, `environment`, `threads`,
    `parameters`. `result` was written by the notebook's last cell. `rerun_of` is the run that this
    one repeats. `token` counts the owners of the record. Writes with an older token fail.
    """

    schema_version: int = 1
    run_id: str
    kind: str
    notebook: str
    folder: str
    status: RunStatus
    created_at: datetime
    token: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    inputs: Mapping[str, object] = field(default_factory=dict)
    parameters: Mapping[str, object] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    failure: Failure | None = None
    artifacts: tuple[Artifact, ...] = ()
    rerun_of: str | None = None
    tracking_id: str | None = None

    @property
    def was_stopped_early(self) -> bool:
        """Whether a person stopped its search, and it succeeded with the best model so far."""
        return self.status is RunStatus.SUCCEEDED and self.result.get("stopped") == "interrupt"

    @property
    def has_only_baseline(self) -> bool:
        """Whether its search succeeded without fitting any candidate."""
        return self.status is RunStatus.SUCCEEDED and self.result.get("only_baseline") is True

    @property
    def status_text(self) -> str:
        """The status for people. `succeeded` alone would say that the search was complete."""
        notes = [
            *(["stopped early"] if self.was_stopped_early else []),
            *(["only the baseline"] if self.has_only_baseline else []),
        ]
        return f"{self.status.value} ({', '.join(notes)})" if notes else self.status.value
