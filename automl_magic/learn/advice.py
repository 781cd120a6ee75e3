"""advice: recommend a simpler model if it's as good."""

from __future__ import annotations

from dataclasses import dataclass

from automl_magic.display.numbers import format_score
from automl_magic.learn.paired import gain
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Metric


@dataclass(frozen=True)
class Rival:
    """A model to compare: its predictions, score and decision threshold."""

    prediction: Floats
    score: float
    threshold: float | None = None


def advice(
    metric: Metric,
    y: Array,
    best: Rival,
    *,
    baseline: Rival | None,
    linear: Rival | None,
    fold_ids: Array | None = None,
    seed: int = 0,
) -> list[str]:
    """Return advice if a simpler model is as good, otherwise an empty list.

    Parameters
    ----------
    metric : Metric
    y : array, shape (n,)
    best : Rival
        The final model, out of fold.
    baseline : Rival or None
        The prediction without any column.
    linear : Rival or None
        The best linear model. None if it's the final model, or there is none.
    fold_ids : array of int, shape (n,), optional
        The fold of each row.
    seed : int

    Notes
    -----
    A model is as good if the 95% interval of the paired difference includes 0. The best model was
    chosen on these rows, so the comparison favors it.
    """

    def is_as_good(rival: Rival) -> bool:
        thresholds = best.threshold, rival.threshold
        return not gain(
            metric.name, y, best.prediction, rival.prediction,
            thresholds=thresholds, fold_ids=fold_ids, seed=seed,
        ).is_significant  # fmt: skip

    if baseline is not None and is_as_good(baseline):
        sentences = (
            "You might not need machine learning here: predicting without any column is as good. "
            f"Its {metric.name} is {format_score(baseline.score)}, and the model's is "
            f"{format_score(best.score)}. The difference isn't statistically significant."
        )
        return [sentences]
    if linear is not None and is_as_good(linear):
        sentences = (
            "Consider the linear model: it's as good, faster, smaller and easier to explain. Its "
            f"{metric.name} is {format_score(linear.score)}, and the model's is "
            f"{format_score(best.score)}. The difference isn't statistically significant."
        )
        return [sentences]
    return []
