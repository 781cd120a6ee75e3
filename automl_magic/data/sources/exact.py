"""Digits that aren't numbers to a float: columns of them are read as text.

Large integers with missing values would be rounded, and codes such as 007 would lose their zeros.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.files.templates import source_piece
from automl_magic.records.data.missing import MissingWords

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_INTEGER = r"^\s*[+-]?[0-9]+\s*$"
_PADDED = r"^\s*[+-]?0[0-9]+\s*$"
_CHUNK_BYTES, _FIELD_BYTES = 1 << 20, 64


def inexact_columns(
    path: Path, options: Mapping[str, Any], frame: pd.DataFrame, missing: MissingWords
) -> list[str]:
    """Return the columns of integers that `pandas.read_csv` rounds, or whose zeros it drops.

    Parameters
    ----------
    options : mapping
        The options with which it read the table.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from automl_magic.batch.readers import CsvReader

    # Above 64 bits pandas makes Python integers. With uint64 it leaves empty text.
    inexact = {
        str(name)
        for name, column in frame.items()
        if (column.dtype == object and any(type(value) is int for value in column))
        or (column.dtype == "str" and bool((column == "").any()))
    }
    rounded = set(rounded_columns(frame))
    integers = _integer_columns(frame) if _may_have_padded_digits(path, options) else []
    names = sorted({*rounded, *integers})
    words = {name: pa.array(sorted(missing.words(name)), type=pa.string()) for name in names}
    reader = CsvReader(path, options["sep"], {}, encoding=options["encoding"], block_bytes=16 << 20)
    for batch in reader.texts(names) if names else ():
        for name in names:
            texts = batch.column(name)
            if name in rounded:
                is_integer = pc.or_(
                    pc.is_in(texts, value_set=words[name]),
                    pc.match_substring_regex(texts, _INTEGER),
                )
                if pc.all(is_integer).as_py() is False:
                    rounded.discard(name)
            if pc.any(pc.match_substring_regex(texts, _PADDED)).as_py():
                inexact.add(name)
    return [name for name in frame.columns if name in {*inexact, *rounded}]


def rounded_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of floats that may have been larger integers."""
    from automl_magic.recipe.values import MAX_EXACT_INTEGER

    return [
        str(name)
        for name, column in frame.items()
        if column.dtype == "float64" and _largest(column.to_numpy()) >= MAX_EXACT_INTEGER
    ]


def _may_have_padded_digits(path: Path, options: Mapping[str, Any]) -> bool:
    """Return whether a field of any column is digits after a zero.

    This takes much less time than reading the columns of integers as text.
    """
    from automl_magic.batch.readers.text import TextFile

    separator = str(options["sep"]).encode()
    # Patterns that start with fixed characters are fast.
    patterns = [
        re.compile(re.escape(start) + rb'0[0-9]+[\s"' + re.escape(separator) + rb"]")
        for start in (separator, b"\n", b'"')
    ]
    # A field can cross the end of a chunk.
    end = b"\n"
    with io.BufferedReader(TextFile(path, options["encoding"]), _CHUNK_BYTES) as content:
        while chunk := content.read(_CHUNK_BYTES):
            if any(pattern.search(end + chunk) for pattern in patterns):
                return True
            end = chunk[-_FIELD_BYTES:]
    return any(pattern.search(end + b"\n") for pattern in patterns)


def _integer_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of integers, also with missing values."""
    return [
        str(name)
        for name, column in frame.items()
        if column.dtype.kind in "iu" or (column.dtype.kind == "f" and _is_whole(column.to_numpy()))
    ]


def add_piece(code: str, name: str) -> str:
    """Return the code that loads a table with a piece before its last line, which shows it."""
    *lines, last = code.splitlines()
    return "\n".join([*lines, source_piece(name), last])


def _is_whole(values: np.ndarray) -> bool:
    import numpy as np

    filled = values[~np.isnan(values)]
    return bool(len(filled) and (filled == np.floor(filled)).all())


def _largest(values: np.ndarray) -> float:
    import numpy as np

    finite = values[np.isfinite(values)]
    return float(np.abs(finite).max(initial=0))
