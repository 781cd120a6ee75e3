"""The digest of a table's content. It doesn't depend on the file format.

Each column is normalized (numbers as float64, dates as microseconds, text as UTF-8) and hashed,
then combined with the column names, their order and the number of rows. These don't change the
digest: int or float, `None` or NaN, categorical or text, a date or its ISO text, empty text or
missing.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.data.storage import as_dates, as_numbers, as_text, exact_numbers, stored_as
from automl_magic.recipe.values import MAX_EXACT_INTEGER

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.recipe.values import Array

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")


def fingerprint(frame: pd.DataFrame) -> str:
    """Return `sha256:<hex>` of a table's column names, values and row count, without its index."""
    return combine_digests(list(map(str, frame.columns)), column_digests(frame), len(frame))


def combine_digests(names: list[str], digests: list[bytes], n_rows: int) -> str:
    """Return the fingerprint of a table from its column digests."""
    total = hashlib.sha256(f"automl-magic table 1 {n_rows} {len(names)}".encode())
    for name, digest in zip(names, digests, strict=True):
        total.update(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest())
        total.update(digest)
    return "sha256:" + total.hexdigest()


def column_digests(frame: pd.DataFrame) -> list[bytes]:
    """Return one SHA-256 per column, in column order. Equal columns have equal digests."""
    return [_digest(frame.iloc[:, position]) for position in range(frame.shape[1])]


def _digest(column: pd.Series) -> bytes:
    if bool(column.isna().all()):
        return hashlib.sha256(b"nothing").digest()
    storage = stored_as(column)
    if storage == "text":
        return _text_digest(column)
    if storage == "date":
        zoned = getattr(column.dtype, "tz", None) is not None
        return _hash(b"date utc" if zoned else b"date", as_dates(column))
    if storage == "boolean":
        return _hash(b"boolean", as_numbers(column))
    numbers = as_numbers(column)
    if np.abs(numbers[np.isfinite(numbers)]).max(initial=0) > MAX_EXACT_INTEGER:
        # Integers that float64 can't represent, however they're stored.
        exact = exact_numbers(column)
        if exact.dtype.kind != "f":
            return hashlib.sha256(
                b"integer" + "\n".join(map(str, exact.tolist())).encode()
            ).digest()
    return _hash(b"number", numbers)


def _hash(tag: bytes, values: Array) -> bytes:
    if values.dtype.kind == "f":
        # NaN and zero have several bit patterns, so use one of each.
        values = np.where(np.isnan(values), np.nan, values + 0.0)
    digest = hashlib.sha256(tag)
    digest.update(np.ascontiguousarray(values).view(np.uint8).data)
    return digest.digest()


def _text_digest(column: pd.Series) -> bytes:
    import pyarrow as pa
    import pyarrow.compute as pc

    text = as_text(column)
    text = text.where(text != "", None)
    filled = text.dropna()
    if len(filled) == 0:
        return hashlib.sha256(b"nothing").digest()
    if _ISO.fullmatch(filled.iloc[0]) and (dates := _iso_dates(text)) is not None:
        return dates
    try:
        values = pa.array(text, type=pa.large_string(), from_pandas=True)
    except UnicodeEncodeError:
        encoded = text.map(lambda value: value.encode("utf-8", "surrogatepass"), na_action="ignore")
        values = pa.array(encoded, type=pa.large_binary(), from_pandas=True)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    values = values.cast(pa.large_binary())
    lengths = pc.fill_null(pc.binary_length(values), -1).to_numpy(zero_copy_only=False)
    present = values.drop_null()
    _, offsets, content = present.buffers()
    ends = np.frombuffer(offsets, np.int64)[present.offset : present.offset + len(present) + 1]
    digest = hashlib.sha256(b"text")
    digest.update(np.ascontiguousarray(lengths, dtype=np.int64).view(np.uint8).data)
    digest.update(content[int(ends[0]) : int(ends[-1])])
    return digest.digest()


def _iso_dates(text: pd.Series) -> bytes | None:
    """Return the digest of a text column read as dates, or None if any value isn't an ISO date."""
    import pandas as pd

    if not text.dropna().map(lambda value: bool(_ISO.fullmatch(value))).all():
        return None
    zoned = text.str.contains(r"(?:Z|\d[+-]\d{2}:?\d{2})$", regex=True, na=False)
    if zoned.any() and not zoned[text.notna()].all():
        return None
    try:
        dates = pd.to_datetime(text, format="ISO8601", utc=bool(zoned.any()))
    except (ValueError, OverflowError):
        return None
    return _hash(b"date utc" if zoned.any() else b"date", as_dates(dates))
