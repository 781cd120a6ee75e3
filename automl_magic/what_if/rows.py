"""Rows: any row of the table that the model was found on, read when somebody first asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.errors import DataError
from automl_magic.recipe.values import missing_of, text_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AnyRow:
    """One row, by its position in the table as it was loaded, from 0."""

    row: int
    values: dict[str, Any]
    truth: Any


@dataclass
class Rows:
    """The table of a run. `source` is what a plan says; it must have the `fingerprint`."""

    source: str
    fingerprint: str
    columns: Sequence[str]
    target: str

    def at(self, number: int) -> AnyRow:
        """Return one row.

        Raises
        ------
        DataError
            If there is no such row, or the table is gone or not what it was.
        """
        if not 0 <= number < len(self._table):
            raise DataError(
                f"There is no row {number:,}.",
                why=f"The table has the rows 0 to {len(self._table) - 1:,}.",
                fix="Give one of these.",
            )
        row = self._table.iloc[number]
        values = {name: _plain(row[name]) for name in self.columns}
        return AnyRow(number, values, _plain(row[self.target]))

    @cached_property
    def _table(self) -> pd.DataFrame:
        from automl_magic.data import fingerprint, load

        table = load(self.source)
        if fingerprint(table) != self.fingerprint:
            raise DataError(
                "The table is not the one that the model was found on.",
                why="Its fingerprint is another one.",
                fix="Put the table back, or search and explain again.",
            )
        return table


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: a number, true or false, text, or None where it is missing."""
    if missing_of(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, bool | int | float) else text_of(value)
