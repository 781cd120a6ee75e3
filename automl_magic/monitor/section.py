"""MonitorSection: what the notebook must know of a section of a monitor's report.

A section is one file in `monitor/sections`: its facts, called SECTION, and the function of its
cell, which has the name of the file and of its piece of the notebook.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Concatenate, ParamSpec

from automl_magic.look.cell_output import CellOutput
from automl_magic.look.section_cell import SectionResult, SectionSkipped, section_cell
from automl_magic.monitor.watch import Watch
from automl_magic.records import TaskKind

P = ParamSpec("P")


class Part(StrEnum):
    """The parts of a monitor notebook, in their order; all but the last open with a text."""

    INPUTS = "inputs"
    TRUTH = "truth"
    SERVICE = "service"
    END = ""


@dataclass(frozen=True, kw_only=True)
class MonitorSection:
    """The facts of a section.

    Attributes
    ----------
    name : str
        Of the section and of its cell. Where it is no field of `DriftReport`, the section stands
        among its `others`.
    part, place
        Where its cell stands in the notebook.
    needs, otherwise : str
        A capability of `TaskKind` that it needs, and a sentence for kinds that lack it.
    reads_log : bool
        Whether it speaks of requests, which a table does not hold.
    alpha_share : float
        Its part of the chance of a false alarm. Those of all sections sum to 1 at most.
    """

    name: str
    part: Part
    place: int
    needs: str = ""
    otherwise: str = ""
    reads_log: bool = False
    alpha_share: float = 0.0

    def lacks(self, kind: TaskKind) -> str | None:
        """Say why there is no such section of a kind of task, or return None where there is."""
        return self.otherwise if self.needs and not getattr(kind, self.needs) else None

    def cell(
        self, function: Callable[Concatenate[Watch, P], SectionResult]
    ) -> Callable[Concatenate[Watch, P], CellOutput]:
        """Make the function of a cell of one that returns a section and what to show of it."""

        @functools.wraps(function)
        def checked(watch: Watch, /, *args: P.args, **options: P.kwargs) -> SectionResult:
            if why := self.lacks(watch.recipe.task):
                raise SectionSkipped(why)
            return function(watch, *args, **options)

        return section_cell(self.name)(checked)
