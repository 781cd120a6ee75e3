"""The index of a DataFrame: names make it columns."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from automl_magic.errors import DataNotReadable

if TYPE_CHECKING:
    import pandas as pd


def named_levels(frame: pd.DataFrame) -> list[Hashable]:
    """Return the names of the index levels that have one."""
    return [name for name in frame.index.names if name is not None]


def index_as_columns(frame: pd.DataFrame, title: str) -> pd.DataFrame:
    """Return a DataFrame with its named index levels as its first columns, and numbered rows.

    An index of integers without a name numbers the rows, and is dropped.

    Parameters
    ----------
    title : str
        The subject of errors: "The DataFrame".

    Raises
    ------
    DataNotReadable
        If an index level has the name of a column, or it has labels or dates but no name.
    """
    import pandas as pd

    for position, name in enumerate(frame.index.names):
        if name is not None and name in frame.columns:
            raise DataNotReadable(
                f"{title} has an index with the name of a column.",
                why=f"It's {str(name)[:40]!r}.",
                fix="Rename the index, or drop it: frame = frame.reset_index(drop=True)",
            )
        values = frame.index.get_level_values(position)
        if name is None and not pd.api.types.is_integer_dtype(values.dtype) and len(frame):
            raise DataNotReadable(
                f"{title} has an index without a name.",
                # Without a value, because it can be personal.
                why=f"Its {len(frame):,} values have the type {values.dtype}, so they don't number "
                "the rows.",
                fix='Make it a column: frame = frame.rename_axis("NAME").reset_index(). '
                "Or drop it: frame = frame.reset_index(drop=True)",
            )
    if names := named_levels(frame):
        frame = frame.reset_index(names)
    is_numbered = isinstance(frame.index, pd.RangeIndex) and frame.index.equals(
        pd.RangeIndex(len(frame))
    )
    return frame if is_numbered else frame.reset_index(drop=True)
