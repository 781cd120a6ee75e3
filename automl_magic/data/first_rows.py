"""first_rows: the first rows of a table, without personal values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from automl_magic.personal.disclosure import NamedColumn, Purpose, disclose

if TYPE_CHECKING:
    import pandas as pd

N_ROWS = 5


def preview(
    table: pd.DataFrame, *, personal: Mapping[str, str], n_rows: int = N_ROWS
) -> pd.DataFrame:
    """Return the first rows of a table, with the kind of data instead of each personal value.

    Parameters
    ----------
    table : DataFrame of shape (n_table_rows, n_columns)
    personal : mapping of str to str
        The kind of personal data by column, as in `Dataset.personal_columns`.

    Returns
    -------
    DataFrame of shape (min(n_rows, n_table_rows), n_columns)
    """
    rows = table.head(n_rows).copy()
    for name, kind in personal.items():
        if name in rows:
            column, values = NamedColumn(name, kind), rows[name].astype(object)
            masked = values.map(
                lambda value, column=column: disclose(column, value, Purpose.NOTEBOOK),
                na_action="ignore",
            )
            rows[name] = masked
    return rows
