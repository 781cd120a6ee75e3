"""split: divide the rows into development folds and a holdout."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from automl_magic.errors import PlanError
from automl_magic.learn.formatting import check_choice
from automl_magic.recipe import SplitGroups, groups_of_split
from automl_magic.records import Split, SplitKind
from automl_magic.records.codec import OutOfRange
from automl_magic.tasks import splits
from automl_magic.tasks.splits import Rows

if TYPE_CHECKING:
    from automl_magic.learn.task import Task


@dataclass(repr=False)
class SplitRows:
    """The rows of a task, divided into development folds and a holdout.

    Attributes
    ----------
    development : array of int, shape (n_development,)
        Positions in the task's rows, ascending.
    holdout : array of int, shape (n_holdout,)
        Positions in the task's rows, ascending.
    fold_ids : array of int, shape (repeats, n_development)
        The fold that validates each development row, or -1 for a row that is only used to train.
    n_used_folds : int
        The number of folds that a search validates on.
    fold_sha256 : str
        Digest of the fold IDs. Scores with the same digest are comparable.
    split_groups : Apart, optional
        Groups of development rows that inner folds never split.
    holdout_uses : list of str
        One entry each time the holdout was scored: at most one.
    """

    split: Split
    development: Rows
    holdout: Rows
    fold_ids: Rows
    fold_sha256: str
    split_groups: SplitGroups | None = None
    holdout_uses: list[str] = field(default_factory=list)

    @property
    def n_used_folds(self) -> int:
        return self.split.used or self.split.folds

    def use_folds(self, folds: int) -> None:
        """Use only some of the folds, to save time. Repeats are dropped first."""
        repeats = max(1, min(self.split.repeats, folds // self.split.folds))
        n_used = None if folds >= self.split.folds else max(1, folds)
        self.split = dataclasses.replace(self.split, repeats=repeats, used=n_used)

    @property
    def pairs(self) -> list[tuple[Rows, Rows]]:
        """Training and validation rows of each used fold, as positions in `development`.

        With repeats, the folds of all repeats in order.
        """
        pairs = []
        for ids in self.fold_ids[: self.split.repeats]:
            repeat_pairs = splits.fold_pairs(self.split, ids)
            # The last folds in time have the most training rows.
            is_time = self.split.kind is SplitKind.TIME
            pairs += (
                repeat_pairs[-self.n_used_folds :] if is_time else repeat_pairs[: self.n_used_folds]
            )
        return pairs

    @property
    def validated_mask(self) -> NDArray[np.bool_]:
        """Mask of the development rows that a used fold validates, shape (n_development,)."""
        mask = np.zeros(len(self.development), dtype=bool)
        for _, validation in self.pairs:
            mask[validation] = True
        return mask

    @property
    def final_fits(self) -> int:
        """The number of fits after the search: for the holdout, and on all rows."""
        return 2 if len(self.holdout) else 1

    def __repr__(self) -> str:
        sizes = [int(np.sum(self.fold_ids[0] == fold)) for fold in range(self.split.folds)]
        by = f" by {self.split.column!r}" if self.split.column else ""
        smallest, largest = min(sizes), max(sizes)
        size = f"{smallest:,}" if smallest == largest else f"{smallest:,} to {largest:,}"
        lines = [f"{self.split.folds} folds, {self.split.kind.value}{by}: {size} rows each"]
        if self.split.repeats > 1:
            lines.append(f"  repeated {self.split.repeats} times, each with different folds")
        n_train_only = int(np.sum(self.fold_ids[0] < 0))
        if n_train_only:
            lines.append(f"  {n_train_only:,} rows are only used to train")
        lines.append(
            f"  holdout: {len(self.holdout):,} rows, scored once"
            if len(self.holdout)
            else "  no holdout"
        )
        lines.append(f"  fold IDs {self.fold_sha256[:19]}…, seed {self.split.seed}")
        return "\n".join(lines)


def split(
    task: Task,
    *,
    kind: str,
    folds: int,
    holdout: float,
    repeats: int = 1,
    column: str | None = None,
    date_format: str | None = None,
) -> SplitRows:
    """Split the rows of a task, shuffled by its seed.

    Parameters
    ----------
    task : Task
    kind : {"stratified", "kfold", "grouped", "time"}
    folds : int
        Number of folds, at least 2.
    holdout : float
        Fraction of rows held out, from 0 (none) to 0.5.
    repeats : int
        Number of times to split the development rows, each with different folds. On few rows, the
        mean of several splits is less noisy.
    column : str, optional
        The group column of a grouped split, or the time column of a time split.
    date_format : str, optional
        How to parse a time column of text. By default as ISO 8601.

    Returns
    -------
    SplitRows

    Raises
    ------
    TooFewRows
        If there are too few rows, groups or times.
    PlanError
        If an argument is invalid.
    """
    split_kind = SplitKind(check_choice(SplitKind, kind, "kind of split"))
    if split_kind is SplitKind.STRATIFIED and not task.kind.has_classes:
        raise PlanError(
            "Can't stratify a regression.",
            why="kind is 'stratified', but the target has no classes.",
            fix="Use kind='kfold' in the cell.",
        )
    try:
        split = Split(
            kind=split_kind,
            folds=folds,
            holdout=holdout,
            seed=task.seed,
            repeats=repeats,
            column=column,
            date_format=date_format,
        )
    except OutOfRange as problem:
        raise PlanError(
            f"Can't split the rows: {problem.field} is invalid.",
            why=f"{problem.field} must be {problem.expected}.",
            fix=f"Change {problem.field} in the cell.",
        ) from problem
    groups = groups_of_split(split, task.columns([column]) if column is not None else {})
    # Codes of groups, or of times in order, so that text is parsed once and not in each repeat.
    columns = {} if groups is None else {str(column): groups.groups}
    development, held_out = splits.holdout_rows(split, task.y, columns)
    of_development = {name: values[development] for name, values in columns.items()}
    ids = np.stack(
        [
            splits.fold_ids(repeat, task.y[development], of_development)
            for repeat in splits.split_repeats(split)
        ]
    )
    digest = splits.fold_sha256(ids)
    development_groups = None if groups is None else groups.take(development)
    return SplitRows(split, development, held_out, ids, digest, development_groups)
