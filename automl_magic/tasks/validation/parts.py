"""parts: what the parts of a split contain, and which of them can't be trained on or scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from automl_magic.errors import shorten
from automl_magic.recipe.order import group_codes, n_earlier
from automl_magic.recipe.values import Array
from automl_magic.records import Split, SplitKind
from automl_magic.tasks import splits
from automl_magic.tasks.labelled_rows import LabelledRows

# A score of fewer holdout rows is chance.
MIN_HOLDOUT_ROWS = 5
# A holdout or a fold may have this many times the rows that its fraction stands for.
MAX_EXCESS = 2.0
# A fold should train on more than this fraction of the rows. Large groups can leave fewer.
MIN_TRAINING = 0.25
# If more rows are of a class that their fold's model never saw, the score measures nothing.
MAX_UNSEEN = 0.5
# A random split of more rows that differ puts different ones into every part.
SURELY_SPREAD_ROWS = 500


@dataclass(frozen=True, kw_only=True)
class SplitParts:
    """What a split does with the rows.

    Attributes
    ----------
    n_development, n_holdout : int
        Numbers of rows.
    n_holdout_groups : int or None
        Number of groups that are held out in a grouped split.
    holdout_problem : str or None
        Why the holdout can't be scored, as a sentence.
    fold_problem : str or None
        Why a fold can't be scored, as a sentence.
    training_problem : str or None
        Why no useful model can be trained on the folds, as a sentence.
    """

    n_development: int
    n_holdout: int
    n_holdout_groups: int | None = None
    holdout_problem: str | None = None
    fold_problem: str | None = None
    training_problem: str | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        problems = (self.training_problem, self.fold_problem, self.holdout_problem)
        return tuple(problem for problem in problems if problem is not None)


def split_values(
    kind: SplitKind, column: str, date_format: str | None, rows: LabelledRows
) -> Array:
    """Return the group of each row, or its number of earlier rows, of shape (n_rows,)."""
    values = rows.column(column)
    return n_earlier(values, date_format) if kind is SplitKind.TIME else group_codes(values)


def measure_parts(
    split: Split, y: Array, groups: Array | None, classes: Sequence[object]
) -> SplitParts:
    """Split the rows as the search will, and return what each part contains.

    Parameters
    ----------
    split : Split
        The folds of the first repeat are measured.
    y : array of shape (n_rows,)
        Class codes, or values.
    groups : array of shape (n_rows,), optional
        From `split_values`.
    classes : sequence
        The labels of the codes. Empty for a regression.

    Raises
    ------
    TooFewRows
        If a part would be empty.
    """
    columns = {} if groups is None else {str(split.column): groups}
    development, holdout = splits.holdout_rows(split, y, columns)
    of_development = {name: values[development] for name, values in columns.items()}
    ids = splits.fold_ids(split, y[development], of_development)
    pairs = splits.fold_pairs(split, ids)
    return SplitParts(
        n_development=len(development),
        n_holdout=len(holdout),
        n_holdout_groups=None
        if groups is None or split.kind is not SplitKind.GROUPED
        else len(np.unique(groups[holdout])),
        holdout_problem=_holdout_problem(split, y, holdout, classes) if len(holdout) else None,
        fold_problem=_fold_problem(split, y[development], pairs, classes),
        training_problem=_training_problem(y[development], pairs, classes),
    )


def is_surely_spread(split: Split, rows: LabelledRows) -> bool:
    """Return whether each part of a random split surely has different targets."""
    if split.kind in (SplitKind.GROUPED, SplitKind.TIME):
        return False
    if counts := rows.target.counts:
        return sum(counts) - max(counts) >= SURELY_SPREAD_ROWS
    return int(np.sum(rows.y != np.median(rows.y))) >= SURELY_SPREAD_ROWS


def _holdout_problem(
    split: Split, y: Array, holdout: Array, classes: Sequence[object]
) -> str | None:
    n_holdout, n_rows = len(holdout), len(y)
    if n_holdout < MIN_HOLDOUT_ROWS:
        return f"The holdout would have only {_rows(n_holdout)}."
    if (value := _only_value(y[holdout], classes)) is not None:
        return f"All {_rows(n_holdout)} of the holdout would have the same target, {value}."
    if n_holdout > min(MAX_EXCESS * split.holdout, 0.5) * n_rows + 1:
        return (
            f"The holdout would have {n_holdout:,} of {n_rows:,} rows instead of "
            f"{split.holdout:.0%}, because of a large {_unit(split)} in {split.column!r}."
        )
    return None


def _fold_problem(
    split: Split, y: Array, pairs: Sequence[tuple[Array, Array]], classes: Sequence[object]
) -> str | None:
    for number, (training, validation) in enumerate(pairs, start=1):
        if len(validation) < 2:
            return f"Fold {number} of {split.folds} would have only {_rows(len(validation))}."
        if split.kind is SplitKind.GROUPED and len(training) < MIN_TRAINING * len(y):
            return (
                f"Fold {number} of {split.folds} would have {len(validation):,} of {len(y):,} "
                f"rows, because of a large group in {split.column!r}."
            )
        if (value := _only_value(y[validation], classes)) is not None:
            return (
                f"All {_rows(len(validation))} of fold {number} of {split.folds} would have the "
                f"same target, {value}."
            )
    return None


def _training_problem(
    y: Array, pairs: Sequence[tuple[Array, Array]], classes: Sequence[object]
) -> str | None:
    if not classes:
        return None
    n_unseen, unseen = 0, set[int]()
    for number, (training, validation) in enumerate(pairs, start=1):
        if (value := _only_value(y[training], classes)) is not None:
            return f"The model of fold {number} would be trained on one class only, {value}."
        is_unseen = ~np.isin(y[validation], np.unique(y[training]))
        n_unseen += int(is_unseen.sum())
        unseen.update(np.unique(y[validation][is_unseen]).tolist())
    if n_unseen > MAX_UNSEEN * sum(len(validation) for _, validation in pairs):
        names = shorten([repr(classes[code]) for code in sorted(unseen)], 6)
        return f"Most rows would be of classes that their fold's model wasn't trained on: {names}."
    return None


def _only_value(y: Array, classes: Sequence[object]) -> str | None:
    """Return the only value of a target, as text, or None if there are several."""
    if len(y) == 0 or np.any(y != y[0]):
        return None
    return repr(classes[int(y[0])]) if classes else f"{float(y[0]):g}"


def _rows(n: int) -> str:
    return f"{n:,} row{'' if n == 1 else 's'}"


def _unit(split: Split) -> str:
    return "group" if split.kind is SplitKind.GROUPED else "block of equal times"
