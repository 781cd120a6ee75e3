"""Fairness gaps between groups, with bootstrap intervals.

Gaps between rates depend only on the confusion matrix of each group. Drawing its counts from a
multinomial distribution is equivalent to a bootstrap of the rows, but much faster.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.explain.intervals import RESAMPLES, spread
from automl_magic.recipe.values import Floats
from automl_magic.records import Answer
from automl_magic.records.explanations.evaluation import FairnessGap
from automl_magic.tasks.splits import Rows

if TYPE_CHECKING:
    from automl_magic.explain.explainer import Explainer


@dataclass(frozen=True)
class Gap:
    """A gap: its name, the tasks that have it, its description, and whether it's a ratio."""

    name: str
    of: tuple[Answer, ...]
    in_words: str
    is_ratio: bool = False

    def applies(self, explainer: Explainer) -> bool:
        return explainer.recipe.task.answer in self.of


GAPS = (
    Gap(
        "demographic_parity_difference",
        (Answer.TWO_CLASSES,),
        "The largest difference between the selection rates of two groups (0 is equal).",
    ),
    Gap(
        "demographic_parity_ratio",
        (Answer.TWO_CLASSES,),
        "The lowest selection rate divided by the highest (1 is equal). A ratio below 0.8 violates "
        "the four-fifths rule of US employment law.",
        is_ratio=True,
    ),
    Gap(
        "equalized_odds_difference",
        (Answer.TWO_CLASSES,),
        "The larger of the differences in the true and the false positive rate: how unequal errors "
        "are among people with the same true class (Hardt et al., 2016).",
    ),
    Gap(
        "equal_opportunity_difference",
        (Answer.TWO_CLASSES,),
        "The largest difference in the true positive rate: how unequal the chances are of those "
        "who are actually positive (Hardt et al., 2016).",
    ),
    Gap(
        "accuracy_difference",
        (Answer.TWO_CLASSES, Answer.CLASSES),
        "The largest difference between the accuracies of two groups.",
    ),
    Gap(
        "mean_error_difference",
        (Answer.NUMBER,),
        "The largest difference between the mean errors (true minus predicted) of two groups.",
    ),
    Gap(
        "mean_absolute_error_difference",
        (Answer.NUMBER,),
        "The largest difference between the mean absolute errors of two groups.",
    ),
)


def compute_gaps(
    explainer: Explainer,
    group_of_row: Rows,
    large_groups: Rows,
    limits: Mapping[str, float],
) -> tuple[FairnessGap, ...]:
    """Return the gaps between groups, given by index; none for fewer than two groups."""
    if len(large_groups) < 2:
        return ()
    unseen, seed = explainer.unseen, explainer.recipe.seed
    if explainer.recipe.task.has_classes:
        predicted_codes = explainer.codes(unseen.predicted)
        if explainer.has_two_classes:
            cell = 2 * (unseen.y == 1) + (predicted_codes == 1)
        else:
            # Count wrong predictions in cell 0 and correct ones in cell 3.
            cell = 3 * (predicted_codes == unseen.y).astype(np.int64)
        counts = np.array(
            [np.bincount(cell[group_of_row == g], minlength=4).astype(float) for g in large_groups]
        )
        values, resampled = _of_counts(counts), _resampled_counts(counts, seed)
    else:
        residuals = unseen.y - unseen.predicted
        residuals_by_group = [residuals[group_of_row == g] for g in large_groups]
        values, resampled = (
            _of_values(residuals_by_group),
            _resampled_values(residuals_by_group, seed),
        )
    gaps = []
    for gap in GAPS:
        if not gap.applies(explainer) or not math.isfinite(values[gap.name]):
            continue
        limit = limits.get(gap.name)
        value = values[gap.name]
        within_limit = None if limit is None else value >= limit if gap.is_ratio else value <= limit
        gaps.append(
            FairnessGap(
                name=gap.name,
                measure=spread(value, [sample[gap.name] for sample in resampled]),
                in_words=gap.in_words,
                limit=limit,
                within_limit=within_limit,
            )
        )
    return tuple(gaps)


def _of_counts(counts: Floats) -> dict[str, float]:
    """Return the gaps of groups from their counts, of shape (n_groups, 4).

    The columns are: true negatives, false positives, false negatives, true positives.
    """
    with np.errstate(all="ignore"):
        rows = counts.sum(axis=1)
        selected = (counts[:, 1] + counts[:, 3]) / rows
        true_rate = counts[:, 3] / (counts[:, 2] + counts[:, 3])
        false_rate = counts[:, 1] / (counts[:, 0] + counts[:, 1])
        accuracy = (counts[:, 0] + counts[:, 3]) / rows
        return {
            "demographic_parity_difference": _range(selected),
            "demographic_parity_ratio": float(np.min(selected) / np.max(selected)),
            "equalized_odds_difference": max(_range(true_rate), _range(false_rate)),
            "equal_opportunity_difference": _range(true_rate),
            "accuracy_difference": _range(accuracy),
        }


def _of_values(residuals_by_group: Sequence[Floats]) -> dict[str, float]:
    return {
        "mean_error_difference": _range(
            np.array([residuals.mean() for residuals in residuals_by_group])
        ),
        "mean_absolute_error_difference": _range(
            np.array([np.abs(residuals).mean() for residuals in residuals_by_group])
        ),
    }


def _resampled_counts(counts: Floats, seed: int) -> list[dict[str, float]]:
    random = np.random.default_rng(seed)
    sizes = counts.sum(axis=1).astype(int)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return [_of_counts(random.multinomial(sizes, shares).astype(float)) for _ in range(RESAMPLES)]


def _resampled_values(residuals_by_group: Sequence[Floats], seed: int) -> list[dict[str, float]]:
    random = np.random.default_rng(seed)
    return [
        _of_values(
            [
                residuals[random.integers(0, len(residuals), len(residuals))]
                for residuals in residuals_by_group
            ]
        )
        for _ in range(RESAMPLES)
    ]


def _range(values: Floats) -> float:
    return float(np.max(values) - np.min(values))
