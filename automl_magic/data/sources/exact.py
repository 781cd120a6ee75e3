"""Integers that floats can't hold: a column of them with missing values is read as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.files.templates import source_piece
from automl_magic.recipe.values import MAX_EXACT_INTEGER

if TYPE_CHECKING:
    import pandas as pd

INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")


def rounded_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of floats that may have been larger integers."""
    return [
        str(name)
        for name, column in frame.items()
        if column.dtype == np.float64 and _largest(column.to_numpy()) >= MAX_EXACT_INTEGER
    ]


def add_piece(code: str, name: str) -> str:
    """Return the code that loads a table with a piece before its last line, which shows it."""
    *lines, last = code.splitlines()
    return "\n".join([*lines, source_piece(name), last])


def _largest(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max(initial=0))
