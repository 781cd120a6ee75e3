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

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.section_cell import SectionResult, SectionSkipped, section_cell
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.records import TaskKind

P = ParamSpec("P")


class MonitorPart(StrEnum):
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
    position : int
        Position of the cell in that part.
    requirement : str
        Required attribute of `TaskKind`. Empty for none.
    reason : str
        Why the section is skipped for tasks without that attribute.
    reads_log : bool
        Whether the section needs the prediction log.
    alpha_share : float
        Share of the false alarm rate alpha. The shares of all sections sum to at most 1.
    """

    name: str
    part: MonitorPart
    position: int
    requirement: str = ""
    reason: str = ""
    reads_log: bool = False
    alpha_share: float = 0.0

    def unavailable_reason(self, kind: TaskKind) -> str | None:
        """Return why a task doesn't have this section, or None if it does."""
        return self.reason if self.requirement and not getattr(kind, self.requirement) else None

    def cell(
        self, function: Callable[Concatenate[WindowAnalysis, P], SectionResult]
    ) -> Callable[Concatenate[WindowAnalysis, P], CellOutput]:
        """Decorate a function that returns a section and its output, for use in a cell."""

        @functools.wraps(function)
        def checked(
            analysis: WindowAnalysis, /, *args: P.args, **options: P.kwargs
        ) -> SectionResult:
            if why := self.unavailable_reason(analysis.recipe.task):
                raise SectionSkipped(why)
            return function(analysis, *args, **options)

        return section_cell(self.name)(checked)
