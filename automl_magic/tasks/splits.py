"""splits: assign rows to training, validation folds and holdout.

`templates/notebooks/shared/model/split_KIND.py` repeats `holdout_rows` for each kind in pandas and
scikit-learn, and a test compares the two. `fold_ids` is called with the development rows only.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from automl_magic.errors import TooFewRows
from automl_magic.recipe.order import group_codes, n_earlier
from automl_magic.recipe.values import Array
from automl_magic.records import Split, SplitKind

Rows: TypeAlias = npt.NDArray[np.int64]
Columns: TypeAlias = Mapping[str, Array]
NEVER_VALIDATED = -1
TARGET_LEVELS = 10


def holdout_rows(split: Split, y: Array, columns: Columns) -> tuple[Rows, Rows]:
    """Return the positions of the development rows and of the holdout rows, both ascending.

    Parameters
    ----------
    y : array of shape (n_rows,)
        Class codes 0..k-1 or floats.
    columns : mapping of arrays of shape (n_rows,)
        Contains the group or time column of a grouped or time split.

    Notes
    -----
    `stratified` keeps the class proportions. Classes too rare for one holdout row share a stratum.
    `grouped` holds out a fraction of the groups. `time` holds out the latest rows. Rows with the
    same time as the last development row stay in development, so the holdout is strictly later.
    """
    rows = np.arange(len(y), dtype=np.int64)
    if split.holdout == 0:
        return rows, rows[:0]
    development, holdout = _split_holdout(split, y, columns, rows)
    if len(development) == 0 or len(holdout) == 0:
        raise TooFewRows(
            f"A holdout of {split.holdout:g} leaves no rows to score on, or none to train on.",
            why=f"The table has {len(y):,} rows, and {_constraint(split)}.",
            fix="Use --holdout 0, or another fraction.",
        )
    return np.sort(development), np.sort(holdout)


def fold_ids(split: Split, y: Array, columns: Columns) -> Rows:
    """Return the validation fold of each row, (n_rows,): 0..folds-1, or -1 if never validated.

    In a time split, rows are divided into folds + 1 equal blocks in time. Fold i validates on block
    i + 1 and trains on the blocks before it, so the first block is never validated. Equal times
    share a block. `fold_pairs` returns the rows of each fold.
    """
    ids = _assign_folds(split, y, columns)
    empty = [fold for fold in range(split.folds) if not np.any(ids == fold)]
    if empty or len(y) < split.folds:
        raise TooFewRows(
            f"Can't make {split.folds} folds.",
            why=f"There are {len(y):,} rows to split, and {_constraint(split)}.",
            fix=f"Use --folds {max(2, split.folds - max(1, len(empty)))}, or add more rows.",
        )
    return ids


def split_repeats(split: Split) -> list[Split]:
    """Return the split once per repeat, each with its own seed."""
    return [
        dataclasses.replace(split, seed=(split.seed + repeat) % 2**32)
        for repeat in range(split.repeats)
    ]


def fold_pairs(split: Split, ids: Rows) -> list[tuple[Rows, Rows]]:
    """Return the training and the validation rows of each fold."""
    forward = split.kind is SplitKind.TIME
    return [
        (np.flatnonzero(ids < fold if forward else ids != fold), np.flatnonzero(ids == fold))
        for fold in range(split.folds)
    ]


def fold_sha256(ids: Rows) -> str:
    """Return the `sha256:<hex>` digest of fold ids, the same on every machine."""
    return "sha256:" + hashlib.sha256(np.asarray(ids, dtype="<i4").tobytes()).hexdigest()


def _constraint(split: Split) -> str:
    return {
        SplitKind.GROUPED: f"a group in {split.column!r} can't be split",
        SplitKind.TIME: f"rows with the same time in {split.column!r} can't be split",
    }.get(split.kind, "each part needs at least one")


def _pool_rare_classes(y: Array, rare: npt.NDArray[np.bool_], enough: float) -> Rows:
    """Return the strata: rare classes are merged, and join the largest class if still rare."""
    strata = np.where(rare[y], -1, y).astype(np.int64)
    if np.sum(strata == -1) < enough:
        strata[strata == -1] = np.argmax(np.bincount(y))
    return strata


def _target_bins(y: Array, folds: int) -> Rows:
    """Return the target decile of each row, so that each fold gets low and high values."""
    n_bins = min(TARGET_LEVELS, len(y) // folds)
    ranks = np.argsort(np.argsort(y, kind="stable"), kind="stable")
    return (ranks * n_bins // len(y)).astype(np.int64)


def _split_holdout(split: Split, y: Array, columns: Columns, rows: Rows) -> tuple[Rows, Rows]:
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    match split.kind:
        case SplitKind.STRATIFIED:
            strata = _pool_rare_classes(y, np.bincount(y) * split.holdout < 1, 1 / split.holdout)
            development, holdout = train_test_split(
                rows, test_size=split.holdout, stratify=strata, random_state=split.seed
            )
        case SplitKind.KFOLD:
            development, holdout = train_test_split(
                rows, test_size=split.holdout, random_state=split.seed
            )
        case SplitKind.GROUPED:
            groups = group_codes(columns[str(split.column)])
            if len(np.unique(groups)) < 2:
                return rows, rows[:0]
            shuffle = GroupShuffleSplit(1, test_size=split.holdout, random_state=split.seed)
            development, holdout = next(shuffle.split(rows, groups=groups))
        case SplitKind.TIME:
            earlier = n_earlier(columns[str(split.column)], split.date_format)
            latest = earlier >= len(rows) - math.ceil(split.holdout * len(rows))
            development, holdout = rows[~latest], rows[latest]
    return development, holdout


def _assign_folds(split: Split, y: Array, columns: Columns) -> Rows:
    from sklearn.model_selection import GroupKFold, StratifiedKFold

    ids = np.full(len(y), NEVER_VALIDATED, dtype=np.int64)
    match split.kind:
        case SplitKind.TIME:
            earlier = n_earlier(columns[str(split.column)], split.date_format)
            return earlier * (split.folds + 1) // max(1, len(y)) - 1
        case SplitKind.STRATIFIED if len(y) >= split.folds:
            strata = _pool_rare_classes(y, np.bincount(y) < split.folds, split.folds)
            folds = StratifiedKFold(split.folds, shuffle=True, random_state=split.seed)
            pairs = folds.split(strata, strata)
        case SplitKind.KFOLD if len(y) >= split.folds:
            strata = _target_bins(y, split.folds)
            folds = StratifiedKFold(split.folds, shuffle=True, random_state=split.seed)
            pairs = folds.split(strata, strata)
        case SplitKind.GROUPED:
            groups = group_codes(columns[str(split.column)])
            if len(np.unique(groups)) < split.folds:
                # One fold per group. The caller reports the empty folds.
                return groups
            pairs = GroupKFold(split.folds).split(groups, groups=groups)
        case _:
            return ids
    for fold, (_, validation) in enumerate(pairs):
        ids[validation] = fold
    return ids
