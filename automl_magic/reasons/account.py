"""Account: what a run decided and why, in sections, each number with the cell that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automl_magic.records import Link, Score
from automl_magic.records.codec import Record


@dataclass(frozen=True, kw_only=True)
class Reason(Record):
    """One thing that was decided or that happened: what, why, on which evidence, and where.

    `about` says what kind of thing it is about (`metric`, `column`, `trial`), `name` which one
    (`age`, `3`; empty for what there is once), `choice` what became of it. `candidate` is that of a
    trial. `link` leads to the cell that made the numbers, where one
    did. `fit_s` is what a trial took, `at_s` the seconds since the search began; both None where
    they are not known.
    """

    about: str
    name: str = ""
    choice: str
    why: str
    link: Link | None = None
    candidate: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    rejected: tuple[str, ...] = ()
    score: Score | None = None
    fit_s: float | None = None
    at_s: float | None = None

    @property
    def label(self) -> str:
        """What it is about, for people: `column age`, `trial 3 linear`."""
        return " ".join(part for part in (self.about, self.name, self.candidate) if part)


@dataclass(frozen=True, kw_only=True)
class Section(Record):
    """Reasons that belong together. `name` is for machines, `title` for people."""

    name: str
    title: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Account(Record):
    """Why a run did what it did.

    `asked` is what the account is limited to, such as `trial 3`; None for the whole run. `notebook`
    is the file in `folder` whose cells the links name. `advice` are sentences to read before all
    else, `missing` says what cannot be told and why.
    """

    run_id: str
    status: str
    folder: str
    notebook: str
    asked: str | None
    advice: tuple[str, ...]
    sections: tuple[Section, ...]
    missing: tuple[str, ...]

    def section(self, name: str) -> Section | None:
        """Return the section of this name, if there is one."""
        return next((section for section in self.sections if section.name == name), None)
