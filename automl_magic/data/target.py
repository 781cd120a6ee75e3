"""Check whether a column can be predicted."""

from __future__ import annotations

from automl_magic.errors import TargetNotUsable
from automl_magic.records import Column, ColumnKind, Dataset


def check_target(dataset: Dataset, target: str) -> Column:
    """Return the column to predict.

    Raises
    ------
    TargetNotFound
        If there's no such column. The error suggests the closest name.
    TargetNotUsable
        If it's all missing, constant, free text, a date or unique per row, or has infinite values.
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
    return f"{_name(column)} can't be predicted. Choose another column with --target."


def _check_filled(column: Column, n_rows: int, n_filled: int) -> None:
    if n_filled == 0:
        raise TargetNotUsable(
            f"The target {_name(column)} has no values.",
            why=f"It's missing in all {n_rows:,} rows.",
            fix=_other(column),
        )
    if column.n_unique == 1:
        (value,) = column.summary.get("classes", ["the same"])
        raise TargetNotUsable(
            f"The target {_name(column)} has only one value.",
            why=f"It's {str(value)[:40]!r} in all {n_filled:,} non-empty rows.",
            fix=_other(column),
        )


def _check_finite(column: Column, n_rows: int) -> None:
    if n_infinite := column.summary.get("n_infinite", 0):
        raise TargetNotUsable(
            f"The target {_name(column)} has infinite values.",
            why=f"{n_infinite:,} of {n_rows:,} rows are infinite, so no score can be computed.",
            fix="Remove these rows or clear their target. Rows without a target are excluded.",
        )


def _check_plain(column: Column) -> None:
    if column.kind is ColumnKind.DATE:
        raise TargetNotUsable(
            f"The target {_name(column)} is a date.",
            why=column.reason,
            fix="Add a numeric column to predict instead, such as days until the date.",
        )


def _check_repeats(column: Column, n_filled: int) -> None:
    is_number = column.kind is ColumnKind.NUMBER
    if column.stored_as == "text" and not is_number and column.n_unique == n_filled > 2:
        raise TargetNotUsable(
            f"The target {_name(column)} is different in every row.",
            why=f"It has {column.n_unique:,} distinct texts in {n_filled:,} rows, so none repeats.",
            fix=_other(column),
        )
    if column.kind is ColumnKind.TEXT:
        raise TargetNotUsable(
            f"The target {_name(column)} is free text.",
            why=column.reason,
            fix=_other(column),
        )
