"""Whether a column can be predicted at all."""

from __future__ import annotations

from automl_magic.errors import TargetNotUsable
from automl_magic.records import Column, ColumnKind, Dataset


def check_target(dataset: Dataset, target: str) -> Column:
    """Return the column to predict.

    Raises
    ------
    TargetNotFound
        If there is no such column; the near miss is offered.
    TargetNotUsable
        If it is all missing, constant, free text or a date, unique per row, has infinite values,
        or holds numbers that are written with separators.
    """
    column = dataset.column(target)
    n_filled = dataset.n_rows - column.n_missing
    _check_filled(column, dataset.n_rows, n_filled)
    _check_finite(column, dataset.n_rows)
    _check_plain(column)
    _check_repeats(column, n_filled)
    return column


def _name(column: Column) -> str:
    return repr(column.name if len(column.name) <= 40 else column.name[:39] + "…")


def _other(column: Column) -> str:
    return f"Name another column with --target; {_name(column)} cannot be predicted."


def _check_filled(column: Column, n_rows: int, n_filled: int) -> None:
    if n_filled == 0:
        raise TargetNotUsable(
            f"The target {_name(column)} has no values.",
            why=f"All {n_rows:,} rows are missing.",
            fix=_other(column),
        )
    if column.n_unique == 1:
        (value,) = column.summary.get("classes", ["the same"])
        raise TargetNotUsable(
            f"The target {_name(column)} has one value only.",
            why=f"All {n_filled:,} filled rows are {str(value)[:40]!r}; there is nothing to tell.",
            fix=_other(column),
        )


def _check_finite(column: Column, n_rows: int) -> None:
    if n_infinite := column.summary.get("n_infinite", 0):
        raise TargetNotUsable(
            f"The target {_name(column)} has infinite values.",
            why=f"{n_infinite:,} of {n_rows:,} rows are infinite, and no score could be computed.",
            fix="Remove these rows or empty their target: rows without a target are left out.",
        )


def _check_plain(column: Column) -> None:
    if column.kind is ColumnKind.DATE:
        raise TargetNotUsable(
            f"The target {_name(column)} is a date.",
            why=column.reason,
            fix="Predict a number made from it, such as the days until then.",
        )
    if column.parse.get("decimal", ".") != "." or "thousands" in column.parse:
        raise TargetNotUsable(
            f"The target {_name(column)} is text that reads as numbers.",
            why=column.reason,
            fix="Write it as plain numbers (1234.5) first, and leave unknown ones empty.",
        )


def _check_repeats(column: Column, n_filled: int) -> None:
    if column.stored_as == "text" and n_filled > 2 and column.n_unique == n_filled:
        raise TargetNotUsable(
            f"The target {_name(column)} is different in every row.",
            why=f"{column.n_unique:,} distinct texts in {n_filled:,} rows: none is seen twice.",
            fix=_other(column),
        )
    if column.kind is ColumnKind.TEXT:
        raise TargetNotUsable(
            f"The target {_name(column)} is free text.",
            why=column.reason,
            fix=_other(column),
        )
