"""CodedTable: a table of mixed columns as one matrix of integer codes, and back.

Methods that swap values between rows (SHAP by permutation) need a numeric matrix, but the recipe
needs the original columns. A code is the index of a value among the distinct values of its column.
"""

from __future__ import annotations

import numpy as np

from automl_magic.recipe import ColumnArrays
from automl_magic.recipe.values import Array, Floats, missing_mask


class CodedTable:
    """The values of some rows, coded column by column.

    Parameters
    ----------
    table : mapping of arrays, each of shape (n_rows,)

    Attributes
    ----------
    codes : array of float64, shape (n_rows, n_columns)
        Float64, as the explainers expect.
    """

    def __init__(self, table: ColumnArrays) -> None:
        self.columns = tuple(table)
        pairs = [_coded(values) for values in table.values()]
        self._values = [distinct for distinct, _ in pairs]
        self.codes: Floats = np.column_stack([codes for _, codes in pairs]).astype(np.float64)

    def table(self, codes: Floats) -> dict[str, Array]:
        """Return the columns for rows of codes, of shape (n, n_columns)."""
        positions = np.asarray(codes).astype(np.intp)
        return {
            name: values[positions[:, index]]
            for index, (name, values) in enumerate(zip(self.columns, self._values, strict=True))
        }


def _coded(values: Array) -> tuple[Array, Array]:
    """Return the distinct values, and the index of each value among them."""
    if values.dtype.kind != "O":
        distinct, codes = np.unique(values, return_inverse=True)
        return distinct, codes
    # By type too: 1, 1.0 and True are equal in Python, but may not be for a feature step.
    code_of: dict[object, int] = {}
    missing = missing_mask(values)
    codes = np.empty(len(values), dtype=np.intp)
    firsts: list[int] = []
    for row, value in enumerate(values.tolist()):
        key = None if missing[row] else (type(value), value)
        if key not in code_of:
            code_of[key] = len(firsts)
            firsts.append(row)
        codes[row] = code_of[key]
    return values[firsts], codes
