"""Columns of 60 rows, one of each type that a table in Python or a Parquet file can have."""

import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa

N = 60
ROWS = range(N)
LONG = 1234567890123456789


def _objects(value):
    return pd.Series([value(i) for i in ROWS], dtype=object)


def _arrow(value, kind):
    return pd.Series([value(i) for i in ROWS], dtype=pd.ArrowDtype(kind))


def _some(series):
    """Return a column with every seventh value missing."""
    return series.mask(pd.Series(ROWS) % 7 == 3)


# Read as a number, boolean, date or text.
READ = {
    "float": pd.Series(np.arange(N) / 4),
    "float32": pd.Series(np.arange(N) / 4, dtype="float32"),
    "int8": pd.Series(np.arange(N) % 9, dtype="int8"),
    "uint64": pd.Series([2**64 - 1, 2**64 - 2] * 30, dtype="uint64"),
    "int64 long": pd.Series([LONG, LONG + 1, LONG + 2] * 20),
    "Int64 long": _some(pd.Series([LONG, LONG + 1, LONG + 2] * 20, dtype="Int64")),
    "Float64": _some(pd.Series(np.arange(N) / 4, dtype="Float64")),
    "integers beyond 64 bits": _objects(lambda i: 10**25 + i % 3),
    "integers beyond floats": _objects(lambda i: 10**400 + i % 3),
    "text of long integers": pd.Series([str(LONG + i % 3) for i in ROWS]),
    "decimal": _objects(lambda i: Decimal(i) / 4),
    "decimal with gaps": _objects(lambda i: Decimal(i) / 4 if i % 5 else None),
    "decimal long": _objects(lambda i: Decimal(LONG + i % 3)),
    "decimals and integers": _objects(lambda i: Decimal(i) / 4 if i % 2 else i),
    "infinite": pd.Series([np.inf if i % 7 == 0 else i / 4 for i in ROWS]),
    "above float32": pd.Series([1e39 if i % 7 == 0 else i / 4 for i in ROWS]),
    "bool": pd.Series([True, False, True] * 20),
    "boolean": pd.Series([True, False, None] * 20, dtype="boolean"),
    "bool objects": _objects(lambda i: (True, False, None)[i % 3]),
    "timedelta": pd.Series(pd.to_timedelta(np.arange(N) % 9, unit="h")),
    "timedelta with gaps": _some(pd.Series(pd.to_timedelta(np.arange(N) % 9, unit="h"))),
    "timedelta objects": _objects(lambda i: timedelta(hours=i % 9)),
    "nanoseconds": pd.Series(pd.date_range("2024", periods=N, freq="1111111ns")),
    "seven decimals of a second": pd.Series([f"2024-01-01T10:00:00.{i:07d}" for i in ROWS]),
    "dates": _objects(lambda i: date(2024, 1, 1) + timedelta(i)),
    "old dates": _objects(lambda i: date(1 + 100 * i, 1, 1)),
    "year 20000": pd.Series(
        np.array([f"{(2000, 20000)[i % 2]}-01-{1 + i % 28:02}" for i in ROWS], "M8[s]")
    ),
    "year 9999 in text": pd.Series([f"{9999 if i % 4 else 2024 + i}-12-31" for i in ROWS]),
    "zone": pd.Series(pd.date_range("2024", periods=N, tz="Europe/Oslo")),
    "mixed zones": _objects(
        lambda i: datetime(2024, 1, 1 + i % 28, tzinfo=timezone(timedelta(hours=i % 5)))
    ),
    "zones in some rows": _objects(
        lambda i: datetime(2024, 1, 1 + i % 28, tzinfo=UTC if i % 2 else None)
    ),
    "mixed offsets in text": pd.Series(
        [f"2024-01-{1 + i % 28:02}T10:00:00+0{i % 5}:00" for i in ROWS]
    ),
    "times": _objects(lambda i: time(i % 24)),
    "mixed": _objects(lambda i: (1, "a", 2.5, None, True, "b")[i % 6]),
    "numbers and text": _objects(lambda i: (1, "1", "2", 3, 4.0, "5")[i % 6]),
    "identifiers": _objects(lambda i: uuid.UUID(int=i % 5)),
    "string": _some(pd.Series([f"level {i % 5}" for i in ROWS], dtype="string")),
    "category": pd.Series([f"level {i % 5}" for i in ROWS], dtype="category"),
    "category of numbers": pd.Series([i % 5 for i in ROWS], dtype="category"),
    "sparse": pd.Series(pd.arrays.SparseArray([0.0, 0.0, 1.5] * 20)),
    "Arrow duration": _arrow(lambda i: timedelta(hours=i % 9), pa.duration("us")),
    "Arrow decimal": _arrow(lambda i: Decimal(i % 9), pa.decimal128(20, 2)),
    "Arrow date": _arrow(lambda i: date(2024, 1, 1 + i % 28), pa.date32()),
    "Arrow timestamp": _arrow(lambda i: datetime(2024, 1, 1 + i % 28), pa.timestamp("ns")),  # noqa: DTZ001
    "Arrow bool": _arrow(lambda i: (True, False, None)[i % 3], pa.bool_()),
    "Arrow integers": _arrow(lambda i: LONG + i % 3 if i % 7 else None, pa.int64()),
}
# Refused, with the code that converts them.
REFUSED = {
    "period": (pd.Series(pd.period_range("2024-01", periods=N, freq="M")), ".dt.to_timestamp()"),
    "period objects": (_objects(lambda i: pd.Period("2024-01", "M") + i), ".dt.to_timestamp()"),
    "interval": (pd.cut(pd.Series(ROWS), 3), ".astype(str)"),
    "interval objects": (_objects(lambda i: pd.Interval(i, i + 1)), ".astype(str)"),
    "complex": (pd.Series(np.arange(N) + 1j), ".abs()"),
    "bytes": (_objects(lambda i: b"abc"[i % 3 : i % 3 + 1]), '.str.decode("utf-8")'),
    "Arrow bytes": (_arrow(lambda i: b"a", pa.binary()), '.str.decode("utf-8")'),
    "lists": (_objects(lambda i: [i, 1]), "json_normalize"),
    "tuples": (_objects(lambda i: (i, 1)), "json_normalize"),
    "mappings": (_objects(lambda i: {"a": i}), "json_normalize"),
    "sets": (_objects(lambda i: {i}), "json_normalize"),
    "arrays": (_objects(lambda i: np.arange(3)), "json_normalize"),
    "Arrow lists": (_arrow(lambda i: [i], pa.list_(pa.int64())), "json_normalize"),
}
