"""Pruning: give a variation up early when it loses to its parent fold by fold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from automl_magic.learn.threshold import TUNED
from automl_magic.records import Metric, Trial

FEWEST_FOLDS = 2


def worse_than_parent(
    metric: Metric, parent: Trial
) -> Callable[[Sequence[float]], str | None] | None:
    """Return a rule that prunes a variation when all its first folds score below its parent's.

    None where the scores of single folds cannot be compared: a label's threshold is only known
    once all folds are.
    """
    if metric.name in TUNED or len(parent.fold_scores) <= FEWEST_FOLDS:
        return None

    def prune(fold_scores: Sequence[float]) -> str | None:
        pairs = list(zip(fold_scores, parent.fold_scores, strict=False))
        if len(pairs) < FEWEST_FOLDS or any(not metric.is_better(b, a) for a, b in pairs):
            return None
        return (
            f"Worse than its parent, trial {parent.number}, on each of the first "
            f"{len(pairs)} folds."
        )

    return prune
