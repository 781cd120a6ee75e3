"""ExplainSection: the declaration of a section of an explanation.

A section is one module in `explain/sections`: its declaration SECTION, and the function of its
cell, which computes and shows it. Its template in the notebook and its optional renderer in
`pages/report/sections` have the same name.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Concatenate, ParamSpec, TypedDict

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.section_cell import SectionResult, SectionSkipped, section_cell
from automl_magic.explain.explainer import Explainer
from automl_magic.records import Plan, TaskKind
from automl_magic.records.explanations.section import Section

P = ParamSpec("P")


class ExplainPart(StrEnum):
    """The parts of an explain notebook, in order. Each starts with its `about_…` template."""

    TRUST = "trust"
    PEOPLE = "people"
    REASONS = "reasons"
    CHANGES = "changes"


@dataclass(frozen=True)
class TaskRequirement:
    """A requirement of a section: the attribute `capability` of `TaskKind` must have this `value`.

    `reason` is a sentence with the reason for tasks that don't meet it.
    """

    capability: str
    reason: str
    value: bool = True


def _no_values(_: Plan) -> dict[str, object]:
    return {}


@dataclass(frozen=True, kw_only=True)
class ExplainSection:
    """The declaration of a section.

    Attributes
    ----------
    record : type of Section
        The record that the section adds to the explanation.
    part, place
        The position of its cell in the notebook.
    requirements : tuple of Need
        Its requirements. If the task doesn't meet them, it has no cell.
    time_share : float
        Its share of the remaining time when it starts; 0 for fast sections.
    values : callable
        Returns the values of its template's slots, from a plan.
    """

    record: type[Section]
    part: ExplainPart
    position: int
    requirements: tuple[TaskRequirement, ...] = ()
    time_share: float = 0.0
    values: Callable[[Plan], Mapping[str, object]] = _no_values

    @property
    def name(self) -> str:
        return self.record.name

    def unavailable_reason(self, kind: TaskKind) -> str | None:
        """Return why a kind of task can't have this section, or None if it can."""
        unmet = (
            need for need in self.requirements if getattr(kind, need.capability) is not need.value
        )
        return next((need.reason for need in unmet), None)

    def cell(
        self, function: Callable[Concatenate[Explainer, P], SectionResult]
    ) -> Callable[Concatenate[Explainer, P], CellOutput]:
        """Decorate a function that returns a section and its output."""

        @functools.wraps(function)
        def checked(explainer: Explainer, /, *args: P.args, **options: P.kwargs) -> SectionResult:
            if why := self.unavailable_reason(explainer.recipe.task):
                raise SectionSkipped(why)
            return function(explainer, *args, **options)

        return section_cell(self.name)(checked)


class SectionMetadata(TypedDict):
    """The fields of `Section`."""

    cell_id: str
    method: str
    rows: int
    rows_are: str
    seconds: float
    notes: tuple[str, ...]


def section_metadata(
    method: str, *, rows: int, rows_are: str, notes: Sequence[str] = ()
) -> SectionMetadata:
    """Return the metadata fields of a section. Its cell and duration are filled in later."""
    return {
        "cell_id": "",
        "method": method,
        "rows": rows,
        "rows_are": rows_are,
        "seconds": 0.0,
        "notes": tuple(notes),
    }


def unseen_metadata(
    explainer: Explainer, method: str, notes: Sequence[str] = ()
) -> SectionMetadata:
    """Return the metadata fields of a section that was measured on unseen rows."""
    unseen = explainer.unseen
    return section_metadata(method, rows=len(unseen.y), rows_are=unseen.rows_are, notes=notes)
