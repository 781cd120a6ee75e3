"""ExplainSection: what the notebook and the report must know of a section of an explanation.

A section is one file in `explain/sections`: its facts, called SECTION, and the function of its
cell, which computes it and draws it. Its piece of the notebook and, where its numbers are worth
more than a table, a file in `pages/report/sections` bear its name too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Concatenate, ParamSpec

from automl_magic.explain.subject import Subject
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.section_cell import SectionResult, SectionSkipped, section_cell
from automl_magic.records import Plan, TaskKind
from automl_magic.records.explanations.section import Section

P = ParamSpec("P")


class Part(StrEnum):
    """The parts of an explain notebook, in their order. Each opens with its `about_…` piece."""

    TRUST = "trust"
    PEOPLE = "people"
    REASONS = "reasons"
    CHANGES = "changes"


@dataclass(frozen=True)
class Need:
    """What a section needs a kind of task to be, and a sentence for those that are not.

    `capability` is an attribute of `TaskKind`, which must have this `value`.
    """

    capability: str
    otherwise: str
    value: bool = True


def _no_values(_: Plan) -> dict[str, object]:
    return {}


@dataclass(frozen=True, kw_only=True)
class ExplainSection:
    """The facts of a section.

    Attributes
    ----------
    record : type of Section
        What the section puts into the explanation, under its own name.
    part, place
        Where its cell stands in the notebook.
    needs : tuple of Need
        What it needs of the task; where that is not given, it has no cell.
    time_share : float
        How much it may take of the time that is left when it begins; 0 for what is quick.
    values : callable
        What fills the slots of its piece, from a plan.
    """

    record: type[Section]
    part: Part
    place: int
    needs: tuple[Need, ...] = ()
    time_share: float = 0.0
    values: Callable[[Plan], Mapping[str, object]] = _no_values

    @property
    def name(self) -> str:
        return self.record.name

    def lacks(self, kind: TaskKind) -> str | None:
        """Say why there is no such section of a kind of task, or return None where there is."""
        unmet = (need for need in self.needs if getattr(kind, need.capability) is not need.value)
        return next((need.otherwise for need in unmet), None)

    def cell(
        self, function: Callable[Concatenate[Subject, P], SectionResult]
    ) -> Callable[Concatenate[Subject, P], CellOutput]:
        """Make the function of a cell of one that returns a section and what to show of it."""

        @functools.wraps(function)
        def checked(subject: Subject, /, *args: P.args, **options: P.kwargs) -> SectionResult:
            if why := self.lacks(subject.recipe.task):
                raise SectionSkipped(why)
            return function(subject, *args, **options)

        return section_cell(self.name)(checked)


def section_metadata(
    method: str, *, rows: int, rows_are: str, notes: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what a section says of itself; its cell and seconds are filled in later."""
    return {
        "cell_id": "",
        "method": method,
        "rows": rows,
        "rows_are": rows_are,
        "seconds": 0.0,
        "notes": tuple(notes),
    }


def on_unseen(subject: Subject, method: str, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return what a section says of itself that was measured on rows the models had not seen."""
    unseen = subject.unseen
    return section_metadata(method, rows=len(unseen.y), rows_are=unseen.are, notes=notes)
