"""Table: columns as NumPy arrays, read from a DataFrame without importing pandas."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from automl_magic.errors import DataError, closest_match, shorten
from automl_magic.recipe.values import Array, EncodedColumn

# Columns read from a file may also be `EncodedColumn`. Steps read them with `recipe.values`.
ColumnArrays: TypeAlias = Mapping[str, Array]


class TableLike(Protocol):
    """A DataFrame, or a mapping of arrays: columns of shape (n_rows,) by name."""

    def __contains__(self, name: object, /) -> bool: ...

    def __iter__(self) -> Iterator[Hashable]: ...

    def __getitem__(self, name: str, /) -> object: ...


def select_columns(frame: TableLike, columns: Iterable[str]) -> dict[str, Array]:
    """Return columns of a DataFrame, or of a mapping of arrays, as arrays of shape (n_rows,).

    Numbers, booleans and dates keep their NumPy type. Dates with a time zone become UTC. All other
    columns become object arrays with None, NaN, NaT or pandas.NA as missing values. A named index
    is a column.

    Raises
    ------
    DataError
        If a column is missing, or there are two with its name.
    """
    table = {}
    for name in columns:
        if name in frame:
            values: Any = frame[name]
        elif name in index_names(frame):
            values = frame.index.get_level_values(name)  # type: ignore[attr-defined]
        else:
            raise missing_column_error(name, [str(column) for column in frame])
        if getattr(values, "ndim", 1) > 1:
            raise duplicate_column_error(name)
        table[name] = _array(values)
    return table


def index_names(frame: object) -> list[str]:
    """Return the names of a DataFrame's index levels that have one."""
    index = getattr(frame, "index", None)
    return [str(name) for name in getattr(index, "names", ()) if name is not None]


def duplicate_column_error(name: str) -> DataError:
    """Return the error for a table with two columns of one name."""
    return DataError(
        f"The table has the column {name[:60]!r} twice.",
        why="It isn't clear which one the model needs.",
        fix="Give each column its own name. With pandas, keep the first: "
        "frame = frame.loc[:, ~frame.columns.duplicated()]",
    )


def missing_column_error(name: str, present: Sequence[str]) -> DataError:
    """Return the error for a table that lacks a column of the model."""
    close = closest_match(name, present)
    return DataError(
        f"The table has no column {name!r}.",
        why=f"The table has {len(present)} columns: {shorten(present)}.",
        fix=f"Rename the column {close!r} to {name!r}."
        if close
        else "Add all columns that the model was trained on.",
    )


def take_rows(table: ColumnArrays, rows: NDArray[np.integer]) -> dict[str, Array]:
    """Return the rows at positions `rows`."""
    return {name: values[rows] for name, values in table.items()}


def n_rows(table: ColumnArrays) -> int:
    """Return the number of rows of a table with at least one column."""
    return len(next(iter(table.values())))


def _array(values: Any) -> Any:
    if isinstance(values, EncodedColumn):
        return values
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, np.dtype):
        return np.asarray(values)
    if getattr(dtype, "tz", None) is not None:
        return np.asarray(values.to_numpy(dtype="datetime64[us]"))
    if hasattr(dtype, "categories"):
        # `to_numpy` makes floats of integer categories if a value is missing.
        return np.asarray(values.astype(object))
    if hasattr(values, "to_numpy"):
        return np.asarray(values.to_numpy(dtype=object))
    return np.fromiter(values, dtype=object, count=len(values))
