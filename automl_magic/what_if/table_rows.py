"""TableRows: the rows of the table that a model was trained on, loaded on first use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.errors import DataError
from automl_magic.recipe.values import category_text, is_missing_value
from automl_magic.records.data.missing import MissingWords

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TableRow:
    """A row. `row` is its position in the loaded table, from 0."""

    row: int
    values: dict[str, object]
    truth: object


@dataclass
class TableRows:
    """The table of a run.

    `source` and `missing` are from its plan; the table must have this `fingerprint`.
    """

    source: str
    fingerprint: str
    columns: Sequence[str]
    target: str
    missing: MissingWords = field(default_factory=MissingWords)

    def read(self, number: int) -> TableRow:
        """Return a row.

        Raises
        ------
        DataError
            If the row doesn't exist, or the table is missing or has changed.
        """
        if not 0 <= number < len(self._table):
            raise DataError(
                f"Row {number:,} doesn't exist.",
                why=f"The table has rows 0 to {len(self._table) - 1:,}.",
                fix="Use one of these.",
            )
        row = self._table.iloc[number]
        values: dict[str, object] = {name: _plain(row[name]) for name in self.columns}
        return TableRow(number, values, _plain(row[self.target]))

    @cached_property
    def _table(self) -> pd.DataFrame:
        from automl_magic.data import fingerprint, load

        table = load(self.source, missing=self.missing)
        if fingerprint(table) != self.fingerprint:
            raise DataError(
                "The table isn't the one that the model was trained on.",
                why="Its fingerprint is different.",
                fix="Restore the table, or search and explain again.",
            )
        return table


def _plain(value: object) -> bool | float | str | None:
    """Return a value for JSON: a number, a boolean, text, or None if it's missing."""
    if is_missing_value(value):
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, bool | int | float) else category_text(value)
