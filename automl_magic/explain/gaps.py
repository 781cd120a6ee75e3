"""gaps: one number for how differently groups are treated, with its interval.

A gap of shares depends on the rows of each group by truth and answer alone. Drawing those counts
from a multinomial distribution is the bootstrap of the rows, at the price of a few counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.explain.intervals import RESAMPLES, spread
from automl_magic.records import Answer
from automl_magic.records.explanations.measured import FairnessGap

if TYPE_CHECKING:
    from automl_magic.explain.subject import Subject


@dataclass(frozen=True)
class Gap:
    """A gap: its name, the tasks that have it, whether it is a ratio, and what it is in words."""

    name: str
    of: tuple[Answer, ...]
    in_words: str
    is_ratio: bool = False

    def applies(self, subject: Subject) -> bool:
        return subject.recipe.task.answer in self.of


GAPS = (
    Gap(
        "demographic_parity_difference",
        (Answer.TWO_CLASSES,),
        "The largest difference between two groups' shares of positive answers; 0 is equal.",
    ),
    Gap(
        "demographic_parity_ratio",
        (Answer.TWO_CLASSES,),
        "The smallest share of positive answers divided by the largest; 1 is equal, and below 0.8 "
        "the four-fifths rule of US employment law is broken.",
        is_ratio=True,
    ),
    Gap(
        "equalized_odds_difference",
        (Answer.TWO_CLASSES,),
        "The larger of the differences in the true and the false positive rate: how unequal "
        "mistakes are among people who are equal in truth (Hardt et al., 2016).",
    ),
    Gap(
        "equal_opportunity_difference",
        (Answer.TWO_CLASSES,),
        "The largest difference in the true positive rate: how unequal the chance is of those who "
        "deserve a positive answer (Hardt et al., 2016).",
    ),
    Gap(
        "accuracy_difference",
        (Answer.TWO_CLASSES, Answer.CLASSES),
        "The largest difference between two groups' shares of right answers.",
    ),
    Gap(
        "mean_error_difference",
        (Answer.NUMBER,),
        "The largest difference between two groups' mean of truth minus prediction.",
    ),
    Gap(
        "mean_absolute_error_difference",
        (Answer.NUMBER,),
        "The largest difference between two groups' mean absolute error.",
    ),
)


def gaps_of(
    subject: Subject, group_of_row: Any, large: Any, limits: Mapping[str, float]
) -> tuple[FairnessGap, ...]:
    """Return the gaps between some groups, given by position; none between fewer than two."""
    if len(large) < 2:
        return ()
    unseen, seed = subject.unseen, subject.recipe.seed
    if subject.recipe.task.has_classes:
        said = subject.codes(unseen.predicted)
        if subject.has_two_classes:
            cell = 2 * (unseen.y == 1) + (said == 1)
        else:
            cell = 3 * (said == unseen.y).astype(np.int64)  # both wrong as 0 of truth 0, right as 3
        counts = np.array(
            [np.bincount(cell[group_of_row == g], minlength=4).astype(float) for g in large]
        )
        values, resampled = _of_counts(counts), _resampled_counts(counts, seed)
    else:
        off = unseen.y - unseen.predicted
        parts = [off[group_of_row == g] for g in large]
        values, resampled = _of_values(parts), _resampled_values(parts, seed)
    found = []
    for gap in GAPS:
        if not gap.applies(subject) or not math.isfinite(values[gap.name]):
            continue
        limit = limits.get(gap.name)
        value = values[gap.name]
        kept = None if limit is None else value >= limit if gap.is_ratio else value <= limit
        found.append(
            FairnessGap(
                name=gap.name,
                measure=spread(value, [one[gap.name] for one in resampled]),
                in_words=gap.in_words,
                limit=limit,
                kept=kept,
            )
        )
    return tuple(found)


def _of_counts(counts: Any) -> dict[str, float]:
    """Return the gaps of groups from their counts, of shape (n_groups, 4).

    The columns are, by truth and answer: no and no, no and yes, yes and no, yes and yes.
    """
    with np.errstate(all="ignore"):
        rows = counts.sum(axis=1)
        selected = (counts[:, 1] + counts[:, 3]) / rows
        true_rate = counts[:, 3] / (counts[:, 2] + counts[:, 3])
        false_rate = counts[:, 1] / (counts[:, 0] + counts[:, 1])
        right = (counts[:, 0] + counts[:, 3]) / rows
        return {
            "demographic_parity_difference": _range(selected),
            "demographic_parity_ratio": float(np.min(selected) / np.max(selected)),
            "equalized_odds_difference": max(_range(true_rate), _range(false_rate)),
            "equal_opportunity_difference": _range(true_rate),
            "accuracy_difference": _range(right),
        }


def _of_values(parts: Sequence[Any]) -> dict[str, float]:
    return {
        "mean_error_difference": _range(np.array([part.mean() for part in parts])),
        "mean_absolute_error_difference": _range(np.array([np.abs(part).mean() for part in parts])),
    }


def _resampled_counts(counts: Any, seed: int) -> list[dict[str, float]]:
    random = np.random.default_rng(seed)
    sizes = counts.sum(axis=1).astype(int)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return [_of_counts(random.multinomial(sizes, shares).astype(float)) for _ in range(RESAMPLES)]


def _resampled_values(parts: Sequence[Any], seed: int) -> list[dict[str, float]]:
    random = np.random.default_rng(seed)
    return [
        _of_values([part[random.integers(0, len(part), len(part))] for part in parts])
        for _ in range(RESAMPLES)
    ]


def _range(values: Any) -> float:
    return float(np.max(values) - np.min(values))
