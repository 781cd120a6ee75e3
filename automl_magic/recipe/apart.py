"""apart: which rows a split never divides, for the folds within a training set.

Means of the target are made out of fold for the rows they are learned from. Where rows hang
together, by group or in time, those folds have to keep them together as the split does: a level
that lives in one group only would otherwise look like knowledge, and be unknown in every new group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.recipe.order import group_codes, n_earlier
from automl_magic.recipe.values import Array
from automl_magic.records import Split, SplitKind


@dataclass(frozen=True)
class Apart:
    """The groups of some rows, or their order in time.

    Attributes
    ----------
    units : array of int, shape (n_rows,)
        Rows of one number are never divided. In time, an earlier row has a smaller number.
    in_time : bool
        Whether folds are blocks in time; otherwise units are dealt out at random.
    """

    units: Array
    in_time: bool = False

    def take(self, rows: Array) -> Apart:
        """Return the same of some of the rows."""
        return Apart(self.units[rows], self.in_time)

    def folds(self, n_folds: int, seed: int) -> Array | None:
        """Return a fold for each row; None where they cannot be divided."""
        if self.in_time:
            blocks = n_earlier(self.units, None) * n_folds // len(self.units)
            return blocks if blocks.any() else None
        _, first, numbers = np.unique(self.units, return_index=True, return_inverse=True)
        if len(first) < 2:
            return None
        in_order = np.empty(len(first), dtype=np.int64)
        in_order[np.argsort(first)] = np.arange(len(first))  # numbered by their first rows
        return folds_of(len(first), n_folds, seed)[in_order[numbers]]


def folds_of(n_units: int, n_folds: int, seed: int) -> Array:
    """Return a fold for each unit: a random permutation of their numbers modulo `n_folds`."""
    return np.random.default_rng(seed).permutation(n_units) % n_folds


def apart_by(split: Split, columns: Mapping[str, Any]) -> Apart | None:
    """Return what a split keeps together among some rows; None where it divides at random.

    Parameters
    ----------
    columns : mapping of str to array of shape (n_rows,)
        Holds the group or time column of a grouped or time split.
    """
    if split.column is None:
        return None
    if split.kind is SplitKind.TIME:
        return Apart(n_earlier(columns[split.column], split.date_format), in_time=True)
    return Apart(group_codes(columns[split.column]))
