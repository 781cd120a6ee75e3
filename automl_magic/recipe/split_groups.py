"""split_groups: the rows that a split keeps together, for the inner folds of a training set.

Means of the target are computed out of fold for training rows. If rows belong together, by group or
in time, these inner folds must keep them together as the split does. Otherwise a level that occurs
in one group only would leak that group's target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from automl_magic.recipe.order import group_codes, n_earlier
from automl_magic.recipe.values import Array
from automl_magic.records import Split, SplitKind


@dataclass(frozen=True)
class SplitGroups:
    """The groups of rows, or their order in time.

    Attributes
    ----------
    groups : array of int of shape (n_rows,)
        Rows with the same number stay together. In time, earlier rows have smaller numbers.
    in_time : bool
        Whether folds are blocks in time. Otherwise they are random.
    """

    groups: Array
    in_time: bool = False

    def take(self, rows: Array) -> SplitGroups:
        """Return the groups of the rows at positions `rows`."""
        return SplitGroups(self.groups[rows], self.in_time)

    def assign_folds(self, n_folds: int, seed: int) -> Array | None:
        """Return a fold for each row, or None if the rows can't be split."""
        if self.in_time:
            blocks = n_earlier(self.groups, None) * n_folds // len(self.groups)
            return blocks if blocks.any() else None
        _, first, numbers = np.unique(self.groups, return_index=True, return_inverse=True)
        if len(first) < 2:
            return None
        in_order = np.empty(len(first), dtype=np.int64)
        in_order[np.argsort(first)] = np.arange(len(first))  # numbered by their first rows
        return random_folds(len(first), n_folds, seed)[in_order[numbers]]


def random_folds(n_units: int, n_folds: int, seed: int) -> Array:
    """Return a random fold for each unit, an array of int of shape (n_units,)."""
    return np.random.default_rng(seed).permutation(n_units) % n_folds


def groups_of_split(split: Split, columns: Mapping[str, object]) -> SplitGroups | None:
    """Return the groups that a split keeps together, or None for a random split.

    Parameters
    ----------
    columns : mapping of str to array of shape (n_rows,)
        Contains the group or time column of a grouped or time split.
    """
    if split.column is None:
        return None
    if split.kind is SplitKind.TIME:
        return SplitGroups(n_earlier(columns[split.column], split.date_format), in_time=True)
    return SplitGroups(group_codes(columns[split.column]))
