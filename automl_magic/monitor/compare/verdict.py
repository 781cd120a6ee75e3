"""Severity of the drift of many columns: large and statistically significant."""

from __future__ import annotations

from automl_magic.monitor.compare.column_comparison import ColumnComparison
from automl_magic.monitor.measures.multiple_testing import holm
from automl_magic.records.monitoring.drift import DriftSeverity, DriftThresholds


def judge_columns(
    comparisons: list[ColumnComparison], thresholds: DriftThresholds, alpha: float
) -> list[tuple[DriftSeverity, float]]:
    """Return the severity and the adjusted p-value of each column.

    A shift matters if the corrected PSI reaches a threshold *and* the p-value, adjusted for all
    columns, is below `alpha`. With many rows everything is significant, with few everything is
    large.
    """
    adjusted = holm([comparison.p_value for comparison in comparisons])
    return [
        (_severity(comparison.psi, float(p), thresholds, alpha), float(p))
        for comparison, p in zip(comparisons, adjusted, strict=True)
    ]


def _severity(psi: float, p: float, thresholds: DriftThresholds, alpha: float) -> DriftSeverity:
    if p >= alpha or psi < thresholds.psi_warning:
        return DriftSeverity.OK
    is_critical = psi >= thresholds.psi_critical
    return DriftSeverity.CRITICAL if is_critical else DriftSeverity.WARNING
