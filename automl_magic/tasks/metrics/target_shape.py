"""target_shape: the metrics that can't score a target because of its values."""

from __future__ import annotations

import numpy as np

from automl_magic.errors import MetricDoesNotFit
from automl_magic.recipe.values import Array
from automl_magic.records import Answer, TaskKind
from automl_magic.tasks.metrics.catalog import METRICS, metrics_for
from automl_magic.tasks.metrics.scores import measure

# A value this small beside the median is 0 with a rounding error.
ALMOST_ZERO = 1e-9
# In the order of preference, if the requested metric can't score the target.
_USUAL = ("mae", "rmse")


def check_metric_of_target(name: str, kind: TaskKind, y: Array) -> None:
    """Check that a metric can score a target with these values.

    Parameters
    ----------
    name : str
        A metric for this task kind.
    y : array of shape (n_rows,)
        Class codes, or values.

    Raises
    ------
    MetricDoesNotFit
        If not. The error has the metrics that can.
    """
    reason = _reason(name, kind, y)
    if reason is None:
        return
    working = [other for other in metrics_for(kind) if _reason(other, kind, y) is None]
    suggestion = next((usual for usual in _USUAL if usual in working), working[0])
    raise MetricDoesNotFit(
        f"The metric {name!r} can't score this target.",
        why=f"{reason} The metrics that can are {', '.join(working)}.",
        fix=f"Use --metric {suggestion}.",
    )


def _reason(name: str, kind: TaskKind, y: Array) -> str | None:
    """Return why the metric has no useful value for this target, as a sentence."""
    if kind.answer is not Answer.NUMBER or len(y) == 0:
        return None
    if name == "mape":
        size = np.abs(y)
        n_zero = int(np.sum(size <= ALMOST_ZERO * np.median(size)))
        if n_zero:
            return f"It divides by the target, which is 0 in {n_zero:,} of {len(y):,} rows."
    if name == "rmsle" and np.min(y) < 0:
        return f"It needs values of at least 0, and the target's minimum is {float(np.min(y)):g}."
    # Whatever a family's own metric needs: it can score the simplest prediction.
    median = np.full(len(y), np.median(y))
    if METRICS[name].needs == "values" and not np.isfinite(measure(name, y, median)):
        return "Even for predicting the median, it isn't a finite number."
    return None
