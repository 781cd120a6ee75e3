"""Coded: rows of mixed columns as one matrix of whole numbers, and back.

Methods that swap single values between rows (SHAP by permutation) want a matrix of numbers, and the
recipe wants the columns as they are. A code is the position of a value among the distinct ones of
its column, so equal values have equal codes, and a code never stands for anything but itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_magic.recipe import Table
from automl_magic.recipe.values import Array, Floats, as_missing


class Coded:
    """The values of some rows, coded column by column.

    Parameters
    ----------
    table : mapping of arrays, each of shape (n_rows,)

    Attributes
    ----------
    codes : array of float64, shape (n_rows, n_columns)
        Float64, because that is what explainers compute with.
    """

    def __init__(self, table: Table) -> None:
        self.columns = tuple(table)
        pairs = [_coded(values) for values in table.values()]
        self._values = [distinct for distinct, _ in pairs]
        self.codes: Floats = np.column_stack([codes for _, codes in pairs]).astype(np.float64)

    def table(self, codes: Any) -> dict[str, Array]:
        """Return the columns that some rows of codes stand for."""
        positions = np.asarray(codes).astype(np.intp)
        return {
            name: values[positions[:, place]]
            for place, (name, values) in enumerate(zip(self.columns, self._values, strict=True))
        }


def _coded(values: Array) -> tuple[Array, Array]:
    """Return the distinct values and, for each value, its position among them."""
    if values.dtype.kind != "O":
        distinct, codes = np.unique(values, return_inverse=True)
        return distinct, codes
    # By type too: 1, 1.0 and True are equal in Python, and may not be to a feature step.
    places: dict[object, int] = {}
    missing = as_missing(values)
    codes = np.empty(len(values), dtype=np.intp)
    firsts: list[int] = []
    for row, value in enumerate(values.tolist()):
        key = None if missing[row] else (type(value), value)
        if key not in places:
            places[key] = len(firsts)
            firsts.append(row)
        codes[row] = places[key]
    return values[firsts], codes
