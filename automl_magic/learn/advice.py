"""advice: when a run shows that less would do, a plain sentence says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl_magic.learn.paired import gain
from automl_magic.look.numbers import format_score
from automl_magic.records import Metric


@dataclass(frozen=True)
class Rival:
    """Something simpler: its predictions, its score, and the threshold of its labels."""

    prediction: Any
    score: float
    threshold: float | None = None


def advice(
    metric: Metric,
    y: Any,
    best: Rival,
    *,
    baseline: Rival | None,
    linear: Rival | None,
    fold_ids: Any = None,
    seed: int = 0,
) -> list[str]:
    """Return sentences for a person, none where the best model is worth its trouble.

    Parameters
    ----------
    y : array, shape (n,)
    best : Rival
        What the run ends with, out of fold.
    baseline : Rival or None
        The prediction without any column.
    linear : Rival or None
        The best linear model; None where the run ends with it, or there is none.
    fold_ids : array of int, shape (n,), optional

    Notes
    -----
    As good means: the 95 % interval of the paired difference reaches 0. The best model was chosen
    on these rows, so the comparison is in its favour.
    """

    def is_as_good(rival: Rival) -> bool:
        thresholds = best.threshold, rival.threshold
        return not gain(
            metric.name, y, best.prediction, rival.prediction,
            thresholds=thresholds, fold_ids=fold_ids, seed=seed,
        ).is_sure  # fmt: skip

    if baseline is not None and is_as_good(baseline):
        said = (
            "You may not need machine learning here: predicting without any column is as good, "
            f"{metric.name} {format_score(baseline.score)} against {format_score(best.score)}, "
            "and the difference may be chance."
        )
        return [said]
    if linear is not None and is_as_good(linear):
        said = (
            f"A linear model is as good: prefer it. Its {metric.name} is "
            f"{format_score(linear.score)} against {format_score(best.score)}, and the "
            "difference may be chance; it is quicker, smaller and easier to explain."
        )
        return [said]
    return []
