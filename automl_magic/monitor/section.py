"""MonitorSection: the metadata of a section of the drift report.

Each file in `monitor/sections` defines one section: its metadata, SECTION, and the function that
the notebook cell calls. The function, the file and the cell template have the same name.
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
    """Parts of a monitor notebook, in order. All but the last start with a text cell."""

    INPUTS = "inputs"
    TRUTH = "truth"
    SERVICE = "service"
    END = ""


@dataclass(frozen=True, kw_only=True)
class MonitorSection:
    """Metadata of a section.

    Attributes
    ----------
    name : str
        Name of the section and its cell. If it isn't a field of `DriftReport`, the section is
        stored in `others`.
    part : Part
        Part of the notebook that contains the cell.
    place : int
        Position of the cell in that part.
    needs : str
        Required attribute of `TaskKind`. Empty for none.
    otherwise : str
        Why the section is skipped for tasks without that attribute.
    reads_log : bool
        Whether the section needs the prediction log.
    alpha_share : float
        Share of the false alarm rate alpha. The shares of all sections sum to at most 1.
    """

    name: str
    part: Part
    place: int
    needs: str = ""
    otherwise: str = ""
    reads_log: bool = False
    alpha_share: float = 0.0

    def lacks(self, kind: TaskKind) -> str | None:
        """Return why a task doesn't have this section, or None if it does."""
        return self.otherwise if self.needs and not getattr(kind, self.needs) else None

    def cell(
        self, function: Callable[Concatenate[Watch, P], SectionResult]
    ) -> Callable[Concatenate[Watch, P], CellOutput]:
        """Decorate a function that returns a section and its output, for use in a cell."""

        @functools.wraps(function)
        def checked(analysis: Watch, /, *args: P.args, **options: P.kwargs) -> SectionResult:
            if why := self.lacks(analysis.recipe.task):
                raise SectionSkipped(why)
            return function(analysis, *args, **options)

        return section_cell(self.name)(checked)
