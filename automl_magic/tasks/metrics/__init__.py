"""metrics: prediction → score. scikit-learn's names and meanings; computed by scikit-learn."""

from automl_magic.tasks.metrics.catalog import (
    METRICS,
    default_metric,
    find_metric,
    metrics_for,
)
from automl_magic.tasks.metrics.family_metrics import FamilyMetric
from automl_magic.tasks.metrics.intervals import interval
from automl_magic.tasks.metrics.scores import predicted_codes, score
from automl_magic.tasks.metrics.target_shape import check_metric_of_target
from automl_magic.tasks.metrics.undefined import make_score, undefined_reason

__all__ = [
    "METRICS",
    "FamilyMetric",
    "check_metric_of_target",
    "default_metric",
    "find_metric",
    "interval",
    "make_score",
    "metrics_for",
    "predicted_codes",
    "score",
    "undefined_reason",
]
