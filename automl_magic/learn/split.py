"""split: which rows develop the model, in which folds, and which measure it once."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.learn.words import one_of
from automl_magic.recipe import Apart, apart_by
from automl_magic.records import Split, SplitKind
from automl_magic.records.codec import OutOfRange
from automl_magic.tasks import splits

if TYPE_CHECKING:
    from automl_magic.learn.task import Task


@dataclass(repr=False)
class SplitRows:
    """The rows of a task, kept apart.

    Attributes
    ----------
    development, holdout : arrays of int
        Positions in the task's rows, ascending.
    fold_ids : array of int, shape (repeats, n_development)
        The fold that validates each development row; -1 for a row that only ever trains.
    used : int
        How many of the folds a search fits; the others only ever train.
    fold_sha256 : str
        Digest of the fold ids: who has the same one compares like with like.
    apart : Apart, optional
        Which development rows are never divided by the folds within a training set.
    holdout_uses : list of str
        One entry for each time the holdout was scored: never more than one.
    """

    split: Split
    development: Any
    holdout: Any
    fold_ids: Any
    fold_sha256: str
    apart: Apart | None = None
    holdout_uses: list[str] = field(default_factory=list)

    @property
    def used(self) -> int:
        return self.split.used or self.split.folds

    def use(self, folds: int) -> None:
        """Fit on some of the folds only, because the time is not enough for all.

        Repeats are given up first.
        """
        repeats = max(1, min(self.split.repeats, folds // self.split.folds))
        used = None if folds >= self.split.folds else max(1, folds)
        self.split = dataclasses.replace(self.split, repeats=repeats, used=used)

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """Training and validation rows of each used fold, as positions in `development`.

        With repeats, those of all repeats, one after the other.
        """
        pairs = []
        for ids in self.fold_ids[: self.split.repeats]:
            of_repeat = splits.fold_pairs(self.split, ids)
            # The last folds in time have the most rows to learn from.
            late = self.split.kind is SplitKind.TIME
            pairs += of_repeat[-self.used :] if late else of_repeat[: self.used]
        return pairs

    @property
    def validated(self) -> Any:
        """Which development rows are validated by a used fold, as a mask."""
        found = np.zeros(len(self.development), dtype=bool)
        for _, validation in self.pairs:
            found[validation] = True
        return found

    @property
    def final_fits(self) -> int:
        """How often the recipe is fitted after the search: for the holdout, and on all rows."""
        return 2 if len(self.holdout) else 1

    def __repr__(self) -> str:
        sizes = [int(np.sum(self.fold_ids[0] == fold)) for fold in range(self.split.folds)]
        by = f" by {self.split.column!r}" if self.split.column else ""
        small, large = min(sizes), max(sizes)
        each = f"{small:,}" if small == large else f"{small:,} to {large:,}"
        lines = [f"{self.split.folds} folds, {self.split.kind.value}{by}: {each} rows each"]
        if self.split.repeats > 1:
            lines.append(f"  repeated {self.split.repeats} times, each with other folds")
        first = int(np.sum(self.fold_ids[0] < 0))
        if first:
            lines.append(f"  {first:,} rows only train")
        lines.append(
            f"  holdout: {len(self.holdout):,} rows, to be used once"
            if len(self.holdout)
            else "  no holdout"
        )
        lines.append(f"  fold ids {self.fold_sha256[:19]}…, seed {self.split.seed}")
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
    """Keep rows apart. The task's seed shuffles.

    Parameters
    ----------
    kind : {"stratified", "kfold", "grouped", "time"}
    folds : int
        At least 2.
    holdout : float
        The fraction of the rows, from 0 (none) to 0.5, that no choice sees.
    repeats : int
        How often the rows are divided, each time in another way. On few rows the mean of several
        divisions says more than one.
    column : str, optional
        The group column of a grouped split, the time column of a time split.
    date_format : str, optional
        How the time column is read where it is text; without it, as ISO 8601.

    Raises
    ------
    TooFewRows
        If the rows, groups or times cannot be divided so.
    PlanError
        If an argument is out of its range.
    """
    found = SplitKind(one_of(SplitKind, kind, "kind of split"))
    if found is SplitKind.STRATIFIED and not task.kind.has_classes:
        raise PlanError(
            "A regression cannot be split by its classes.",
            why="kind is 'stratified', and the target has no classes.",
            fix="Write kind='kfold' in the cell.",
        )
    try:
        asked = Split(
            kind=found,
            folds=folds,
            holdout=holdout,
            seed=task.seed,
            repeats=repeats,
            column=column,
            date_format=date_format,
        )
    except OutOfRange as problem:
        raise PlanError(
            "The rows cannot be split so.",
            why=f"{problem.field} should be {problem.expected}.",
            fix=f"Change {problem.field} in the cell.",
        ) from problem
    apart = apart_by(asked, task.columns([column]) if column is not None else {})
    # Numbers of groups, or of times in their order: text is read once, not for each division.
    columns = {} if apart is None else {str(column): apart.units}
    development, held_out = splits.holdout_rows(asked, task.y, columns)
    of_development = {name: values[development] for name, values in columns.items()}
    ids = np.stack(
        [
            splits.fold_ids(one, task.y[development], of_development)
            for one in splits.each_repeat(asked)
        ]
    )
    digest = splits.fold_sha256(ids)
    kept = None if apart is None else apart.take(development)
    return SplitRows(asked, development, held_out, ids, digest, kept)
