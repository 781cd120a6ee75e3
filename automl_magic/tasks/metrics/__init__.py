"""metrics: prediction → score. scikit-learn's names and meanings; computed by scikit-learn."""

from automl_magic.tasks.metrics.catalog import (
    METRICS,
    default_metric,
    find_metric,
    metrics_for,
)
from automl_magic.tasks.metrics.intervals import interval
from automl_magic.tasks.metrics.measured import Measured
from automl_magic.tasks.metrics.scores import labels_of, score

__all__ = [
    "METRICS",
    "Measured",
    "default_metric",
    "find_metric",
    "interval",
    "labels_of",
    "metrics_for",
    "score",
]
