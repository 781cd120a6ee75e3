"""FamilyMetric: an additional metric of a task family, with its scoring function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module

from automl_magic.recipe.values import Array
from automl_magic.records import Metric, TaskFamily


@dataclass(frozen=True)
class FamilyMetric:
    """A metric with its scoring function of (y_true, y_pred)."""

    metric: Metric
    score: Callable[[Array, Array], float]


def family_metrics_of(families: Iterable[TaskFamily]) -> dict[str, FamilyMetric]:
    """Return the additional metrics of families, by name."""
    # Imported by name, because family modules import the metrics.
    metric_lists = (import_module(family.tasks).FAMILY.metrics for family in families)
    return {metric.metric.name: metric for metrics in metric_lists for metric in metrics}
