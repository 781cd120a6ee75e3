"""How the values of a column are stored, independent of pandas' type names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl_magic.errors import DataNotReadable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

_BY_CONTENT = {
    "boolean": "boolean",
    "integer": "number",
    "floating": "number",
    "mixed-integer-float": "number",
    "decimal": "number",
    "date": "date",
    "datetime": "date",
    "datetime64": "date",
}


def stored_as(column: pd.Series) -> str:
    """Return `number`, `boolean`, `date` or `text`.

    Raises
    ------
    DataNotReadable
        If the column has lists or mappings.
    """
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return stored_as(pd.Series(dtype.categories))
    if pd.api.types.is_object_dtype(dtype):
        return _by_content(column)
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_timedelta64_dtype(dtype):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date"
    return "text"


def _by_content(column: pd.Series) -> str:
    import pandas as pd

    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "mixed" and any(isinstance(v, list | dict | set | np.ndarray) for v in column):
        raise DataNotReadable(
            "The table has a nested column.",
            why=f"Column {str(column.name)[:40]!r} has lists or objects.",
            fix="Remove it, or write its parts as separate columns, with pandas.json_normalize.",
        )
    return _BY_CONTENT.get(kind, "text")


def as_numbers(column: pd.Series) -> NDArray[np.float64]:
    """Return a number or boolean column as float64, shape (n_rows,). Missing values are NaN."""
    import pandas as pd

    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds().to_numpy(dtype=np.float64)
    if column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
        return column.where(column.notna(), np.nan).to_numpy().astype(np.float64)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def as_dates(column: pd.Series) -> NDArray[np.datetime64]:
    """Return a date column as datetime64[us] in UTC or without a time zone, shape (n_rows,)."""
    import pandas as pd

    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = pd.to_datetime(column.astype(object), utc=_has_zone(column))
    if getattr(column.dtype, "tz", None) is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return column.to_numpy(dtype="datetime64[us]")


def as_text(column: pd.Series) -> pd.Series:
    """Return a column with all non-missing values as text."""
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype):
        return column
    is_missing = column.isna().to_numpy()
    values = column.astype(object).to_numpy()
    # As objects, because pandas' string type can't hold half of a character.
    texts = [
        None if missing else str(value) for value, missing in zip(values, is_missing, strict=True)
    ]
    return pd.Series(texts, index=column.index, dtype=object)


def _has_zone(column: pd.Series) -> bool:
    return any(getattr(value, "tzinfo", None) is not None for value in column.dropna().head(1))
