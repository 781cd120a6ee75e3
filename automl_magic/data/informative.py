"""The share of the target that each column explains, to plot the most informative ones first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.data.kinds import ColumnValues, to_numbers
from automl_magic.records import Column, ColumnKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAX_CLASSES = 50


def rank_features(
    features: list[tuple[ColumnValues, Column]],
    y: NDArray[np.float64],
    *,
    classes: bool,
    limit: int,
) -> list[tuple[ColumnValues, Column, float]]:
    """Return the columns that explain most of the target, best first, with their share in [0, 1].

    The share is the adjusted R² of the target's group means over the levels of the column or the
    bins of its ranks. For classes, it's Goodman and Kruskal's tau: the same with one indicator per
    class.

    Parameters
    ----------
    y : array of float, shape (n_rows,)
        Numbers or class codes, NaN if missing.
    classes : bool
        Whether `y` has class codes.
    limit : int
        Maximum number of columns.
    """
    present = np.isfinite(y)
    targets = _indicators(y[present]) if classes else y[present][:, None]
    shares = []
    for values, column in features:
        if column.kind in (ColumnKind.CONSTANT, ColumnKind.ID, ColumnKind.TEXT):
            continue
        if column.personal is not None:  # its values would be the labels of the plot
            continue
        groups = value_groups(values, column.parse)
        shares.append((values, column, _explained(groups[present], targets)))
    return sorted(shares, key=lambda entry: -entry[2])[:limit]


def _indicators(y: NDArray[np.float64]) -> NDArray[np.float64]:
    classes, counts = np.unique(y, return_counts=True)
    largest = classes[np.argsort(-counts)][:_MAX_CLASSES]
    return (y[:, None] == largest[None, :]).astype(float)


def value_groups(
    values: ColumnValues, parse: Mapping[str, str], n_bins: int = 32
) -> NDArray[np.int64]:
    """Return one code per row, shape (n_rows,): its level or the bin of its rank, 0 for missing."""
    codes = values.factorized[0] + 1
    numbers = to_numbers(values, parse) if len(values.levels) > n_bins else None
    if numbers is None or not np.isfinite(numbers).any():
        return codes
    # Divided by two, because differences of the largest floats overflow.
    edges = np.nanquantile(numbers / 2, np.linspace(0, 1, n_bins + 1)[1:-1]) * 2
    return np.where(np.isnan(numbers), 0, np.searchsorted(edges, numbers) + 1)


def _explained(groups: NDArray[np.int64], targets: NDArray[np.float64]) -> float:
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    n_rows, n_groups = len(groups), len(sizes)
    scale = np.abs(targets).max(initial=0.0)
    if n_groups < 2 or n_groups >= n_rows or scale == 0:
        return 0.0
    targets = targets / scale
    total = ((targets - targets.mean(axis=0)) ** 2).sum()
    between = 0.0
    for column in targets.T:
        means = np.bincount(group, weights=column, minlength=n_groups) / sizes
        between += (sizes * (means - column.mean()) ** 2).sum()
    if total == 0:
        return 0.0
    unexplained = (1 - between / total) * (n_rows - 1) / (n_rows - n_groups)
    return float(np.clip(1 - unexplained, 0, 1))
