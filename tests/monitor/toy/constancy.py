"""A custom section: whether the predictions still vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.section_cell import SectionResult
from automl_magic.monitor.section import MonitorPart, MonitorSection
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.records.codec import Record
from automl_magic.records.monitoring.drift import DriftSeverity


@dataclass(frozen=True, kw_only=True)
class Constancy(Record):
    severity: DriftSeverity
    value: float
    why: str


SECTION = MonitorSection(name="constancy", part=MonitorPart.INPUTS, position=9)


@SECTION.cell
def constancy(analysis: WindowAnalysis, /) -> SectionResult:
    """Measure the spread of the predictions."""
    spread = float(np.nanstd(analysis.window.predictions[:, 1]))
    severity = DriftSeverity.WARNING if spread < 0.01 else DriftSeverity.OK
    result = Constancy(severity=severity, value=spread, why=f"The spread is {spread:.3f}.")
    return result, CellOutput(notes=[result.why])
