"""DecisionLog: the decisions of a run in sections. Each number links to the cell behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.records import CellLink, Score
from automl_magic.records.codec import Record, json_key


class TrialOutcome(StrEnum):
    """The outcome of a trial, for code to match. `Reason.choice` has the words for people."""

    MEMBER = "member"  # in the model
    RESUMED = "resumed"  # by a later trial
    BASELINE = "baseline"
    SCORED = "scored"  # before there is a model
    DROPPED = "dropped"  # not in the model
    FAILED = "failed"
    SKIPPED = "skipped"  # never started
    PRUNED = "pruned"


@dataclass(frozen=True, kw_only=True)
class Reason(Record):
    """One decision or event: its subject, the choice, the reason, the evidence and the cell.

    `about` is the kind of subject (`metric`, `column`, `trial`). `name` says which one (`age`, `3`)
    and is empty if there is only one. `outcome` is set for trials only, and `candidate` for
    reasons about a trial. `link` leads to the cell that computed the numbers. `fit_s` is the fit
    time of a trial in seconds, and `at_s` the seconds since the search started. Both are None if
    unknown.
    """

    about: str
    name: str = ""
    choice: str
    why: str
    link: CellLink | None = None
    candidate: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    rejected: tuple[str, ...] = ()
    score: Score | None = None
    fit_s: float | None = None
    at_s: float | None = None
    outcome: TrialOutcome | None = None

    @property
    def label(self) -> str:
        """The subject, for people: `column age`, `trial 3 linear`."""
        return " ".join(part for part in (self.about, self.name, self.candidate) if part)


@dataclass(frozen=True, kw_only=True)
class LogSection(Record):
    """Reasons on one topic. `name` is for code, `title` for people."""

    name: str
    title: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class DecisionLog(Record):
    """Why a run did what it did.

    `limited_to` is the subject that the log is limited to, such as `trial 3`, or None for the
    whole run. `was_stopped_early` is whether a person stopped the search of a run that succeeded.
    `notebook` is the file in `folder` whose cells the links point to. `advice` holds
    sentences to show first, and `missing` lists the parts that are missing, with the reason.
    """

    run_id: str
    status: str
    folder: str
    notebook: str
    limited_to: str | None = json_key("asked")
    advice: tuple[str, ...]
    sections: tuple[LogSection, ...]
    missing: tuple[str, ...]
    was_stopped_early: bool = False

    def section(self, name: str) -> LogSection | None:
        """Return the section with this name, or None."""
        return next((section for section in self.sections if section.name == name), None)
