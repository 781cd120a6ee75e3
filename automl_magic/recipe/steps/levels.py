"""levels: smoothed means per level of a category, for `target_mean`, `cross` and `group`.

Codes are 0 for missing and unseen values, and i + 1 for level i.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import StepSpec


def level_code_map(levels: Sequence[str]) -> dict[str | None, int]:
    """Return the code of each level: 1, 2, …."""
    return {level: code for code, level in enumerate(levels, start=1)}


def encode_levels(texts: Sequence[str | None], positions: dict[str | None, int]) -> Array:
    """Return the codes of the values of a column, shape (n_rows,)."""
    return np.array([positions.get(text, 0) for text in texts], dtype=np.int64)


def sorted_levels(texts: Sequence[str | None]) -> tuple[str, ...]:
    """Return the sorted levels of a column."""
    return tuple(sorted({text for text in texts if text is not None}))


def check_smoothing(spec: StepSpec, smoothing: float) -> float:
    """Return the smoothing of a spec, or raise `PlanError` if it isn't positive."""
    if not smoothing > 0:
        raise PlanError(
            f"The feature step {spec.kind!r} can't use smoothing={smoothing!r}.",
            why="Without smoothing, the mean of a level with one row is that row's own value.",
            fix="Use smoothing=10.0.",
        )
    return smoothing


def smoothed_means(
    codes: Array, target: Floats, prior: float, smoothing: float, n_levels: int
) -> Floats:
    """Return the smoothed mean for code 0 (missing or unseen) and each level, (n_levels + 1,).

    The mean of a level with `count` rows is (sum + smoothing · prior) / (count + smoothing).
    """
    is_known = codes > 0
    sums = np.bincount(codes[is_known], weights=target[is_known], minlength=n_levels + 1)
    counts = np.bincount(codes[is_known], minlength=n_levels + 1)
    return (sums + smoothing * prior) / (counts + smoothing)


def level_outputs(
    codes: Array, targets: Sequence[Floats], smoothing: float, n_levels: int
) -> Floats:
    """Return the smoothed mean of each target per code, then log(1 + rows of the level)."""
    counts = np.bincount(codes[codes > 0], minlength=n_levels + 1)
    means = [
        smoothed_means(codes, target, target.mean(), smoothing, n_levels) for target in targets
    ]
    return np.column_stack([*means, np.log1p(counts)])


def out_of_fold_means(
    codes: Array, targets: Sequence[Floats], folds: Array, smoothing: float, n_levels: int
) -> Floats:
    """Return out-of-fold smoothed level means, an array of shape (n_rows, n_targets)."""
    means = np.empty((len(codes), len(targets)))
    for fold in range(int(folds.max()) + 1):
        inside = folds == fold
        train_codes = codes[~inside]
        for i, target in enumerate(targets):
            of_level = smoothed_means(
                train_codes, target[~inside], target.mean(), smoothing, n_levels
            )
            means[inside, i] = of_level[codes[inside]]
    return means


def strength(means: Floats, targets: Sequence[Floats]) -> float:
    """Return how much of the targets the means explain: the square root of R², at least 0.

    It is rounded, so the last digits of a sum can't change a selection.
    """
    y = np.column_stack(targets)
    spread = np.square(y - y.mean(axis=0)).sum()
    error = np.square(y - means).sum()
    return round(max(0.0, 1.0 - error / spread) ** 0.5, 9) if spread > 0 else 0.0
