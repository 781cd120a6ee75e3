"""values: convert the values of a column, whatever their storage type.

Training uses arrays, the server dictionaries, and the standalone notebook pandas Series. They all
must treat `1`, `1.0` and `"1"` as one category, and `"$1,200"` as a number. So each conversion has
two versions with the same results: for one value (`to_float`, `category_text`, `to_utc_datetime`,
`is_missing_value`) and for an array (`as_numbers`, `as_text`, `as_dates`, `missing_mask`). The
pandas version for the notebook is in `templates/notebooks/shared/model/values.py`.

A column with few distinct values may be `EncodedColumn`, so that each distinct value is converted
once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.number_text import read_number

Array: TypeAlias = NDArray[Any]
Floats: TypeAlias = NDArray[np.float64]
Number = TypeVar("Number", int, float)

NAN = math.nan
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - dates are naive and in UTC, as in NumPy
MICROSECOND = timedelta(microseconds=1)

# Above this, floats can't represent every integer.
MAX_EXACT_INTEGER = 2.0**53
# The digits of the longest integers in a table: those of a decimal in Parquet.
MAX_DIGITS = 76
# Trees use float32, where larger numbers would become infinite.
MAX_MAGNITUDE = float(np.finfo(np.float32).max)
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
# SQL Server and .NET write seven decimals of a second.
LONG_FRACTION = re.compile(r"(\.[0-9]{6})[0-9]+")
# pandas isn't imported here, so its missing values are recognized by type name.
MISSING_TYPES = ("NAType", "NaTType")


def to_float(value: object, parse: Mapping[str, str] | None = None) -> float:
    """Return a value as a float, or NaN if it is missing, not a number, or out of float32 range.

    A time difference is a number of seconds.

    `parse` sets how text is read; see `read_number`. With "," as `thousands`, "1,234" is a number
    and "12,5" isn't.
    """
    if isinstance(value, str):
        return _in_range(read_number(value, parse))
    if isinstance(value, timedelta | np.timedelta64):
        return _seconds(value)
    if isinstance(value, bool | int | float | Decimal | np.number | np.bool_):
        if isinstance(value, np.complexfloating):
            return NAN
        try:
            number = float(value)
        except (OverflowError, ValueError):  # an int above 1e308; a signalling Decimal NaN
            return NAN
        return _in_range(number)
    return NAN


def category_text(value: object) -> str | None:
    """Return a value as the text of a category, or None if it is missing.

    Integers have no decimals and keep all digits, so 1, 1.0 and "1" are the same category. A time
    difference is a number of seconds. Text is used as is, including the empty text.
    """
    if isinstance(value, str):
        return str(value)
    if value is None or type(value).__name__ in MISSING_TYPES:
        return None
    if isinstance(value, bool | np.bool_):
        return "True" if value else "False"
    if isinstance(value, timedelta | np.timedelta64):
        return _format_float(_seconds(value))
    if isinstance(value, int | np.integer):
        return _format_int(int(value))
    if isinstance(value, float | np.floating):
        return _format_float(float(value))
    if isinstance(value, Decimal):
        return _format_decimal(value)
    if isinstance(value, date | np.datetime64):
        moment = to_utc_datetime(value)
        return None if moment is None else moment.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return str(value)


def to_utc_datetime(value: object, date_format: str | None = None) -> datetime | None:
    """Return a value as a naive datetime in UTC, or None if it is missing or not a date.

    Text is parsed with `date_format` (as in strptime), or as ISO 8601 if that is None. Text like
    `2024-01-31 10:00` is never ambiguous, so it's parsed whatever the format. With a format,
    numbers are parsed as text: 20240131 with `%Y%m%d`. Years range from 1 to 9999.
    Fractions of a microsecond are truncated.
    """
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if type(value).__name__ in MISSING_TYPES:
        return None
    if isinstance(value, datetime):
        return _to_utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    if date_format is not None:
        value = category_text(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if date_format is not None:
        moment = parse_date(text, date_format)
        if moment is not None or ISO_DATE.match(text) is None:
            return moment
    try:
        return _to_utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def parse_date(text: str, date_format: str) -> datetime | None:
    """Return a text as a naive datetime in UTC by a strptime format, or None if it doesn't match.

    As in ISO 8601, the seconds may have more than six decimals. Those are truncated.
    """
    if "%f" in date_format:
        text = LONG_FRACTION.sub(r"\1", text)
    try:
        return _to_utc(datetime.strptime(text, date_format))  # noqa: DTZ007
    except ValueError:
        return None


def is_missing_value(value: object) -> bool:
    """Return whether a value is missing (None, NaN, NaT or pandas.NA), as `pandas.isna` does."""
    if isinstance(value, float | np.floating):
        return math.isnan(value)
    if isinstance(value, Decimal):
        return value.is_nan()
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return value is None or type(value).__name__ in MISSING_TYPES


@dataclass(frozen=True, eq=False)
class EncodedColumn:
    """A dictionary-encoded column: its distinct values, and a code for each row.

    Attributes
    ----------
    codes : array of int of shape (n_rows,)
        The position in `distinct` of the value of each row, -1 if it is missing.
    distinct : array of shape (n_distinct,)
        The distinct values.
    """

    codes: NDArray[np.integer]
    distinct: Array

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: NDArray[np.integer] | NDArray[np.bool_] | slice) -> EncodedColumn:
        return EncodedColumn(self.codes[rows], self.distinct)

    def expand(self, distinct_values: Array, missing: object) -> Array:
        """Return one value per row, given one per distinct value and one for missing values."""
        with_missing = np.empty(len(distinct_values) + 1, dtype=distinct_values.dtype)
        with_missing[:-1], with_missing[-1] = distinct_values, missing
        return with_missing[self.codes]


Column: TypeAlias = Array | EncodedColumn


def missing_mask(values: Column) -> NDArray[np.bool_]:
    """Return the mask of missing values, of shape (n_rows,); see `is_missing_value`."""
    if isinstance(values, EncodedColumn):
        return values.expand(missing_mask(values.distinct), missing=True)
    if values.dtype.kind in "fc":
        return np.isnan(values)
    if values.dtype.kind in "mM":
        return np.isnat(values)
    if values.dtype.kind == "O":
        listed = values.tolist()
        if set(map(type, listed)) != {str}:  # a text is never missing
            missing = [type(value) is not str and is_missing_value(value) for value in listed]
            return np.array(missing, dtype=bool)
    return np.zeros(len(values), dtype=bool)


def as_numbers(values: Column, parse: Mapping[str, str] | None = None) -> Floats:
    """Return a column as a new float64 array of shape (n_rows,); see `to_float`."""
    if isinstance(values, EncodedColumn):
        return values.expand(as_numbers(values.distinct, parse), NAN)
    if values.dtype.kind in "fiub":
        with np.errstate(over="ignore"):
            numbers = values.astype(np.float64)
        numbers[np.abs(numbers) > MAX_MAGNITUDE] = NAN
        return numbers
    if values.dtype.kind == "m":
        seconds = values.astype("timedelta64[us]").astype(np.int64) / 1e6
        return np.where(np.isnat(values), NAN, seconds)
    if values.dtype.kind in "OUS":
        cache: dict[str, float] = {}
        return np.array([_cached_number(value, parse, cache) for value in values.tolist()], float)
    return np.full(len(values), NAN)


def as_text(values: Column) -> list[str | None]:
    """Return a column as a list of texts, None if missing; see `category_text`."""
    if isinstance(values, EncodedColumn):
        distinct_texts = np.fromiter(as_text(values.distinct), object, len(values.distinct))
        rows: list[str | None] = values.expand(distinct_texts, None).tolist()
        return rows
    if values.dtype.kind in "OUS":
        return [value if type(value) is str else category_text(value) for value in values.tolist()]
    # NumPy's `unique` is fast; writing numbers as text is not.
    distinct, positions = np.unique(values, return_inverse=True)
    texts = [category_text(value) for value in distinct]
    return [texts[position] for position in positions.tolist()]


def map_texts(values: Column, mapping: Mapping[str | None, Number], default: Number) -> Array:
    """Map the text of each value to a number, with `other` for texts not in the mapping."""
    dtype = np.int64 if isinstance(default, int) else np.float64
    if isinstance(values, EncodedColumn):
        numbers = [mapping.get(text, default) for text in as_text(values.distinct)]
        return values.expand(np.array(numbers, dtype=dtype), mapping.get(None, default))
    if values.dtype.kind not in "OUS":
        distinct, codes = np.unique(values, return_inverse=True)
        return map_texts(EncodedColumn(codes, distinct), mapping, default)
    return np.array([mapping.get(text, default) for text in as_text(values)], dtype=dtype)


def as_dates(values: Column, date_format: str | None = None) -> NDArray[np.datetime64]:
    """Return a column as datetime64[us] of shape (n_rows,), NaT if not a date; see "
    "`to_utc_datetime`.
    """
    if isinstance(values, EncodedColumn):
        return values.expand(as_dates(values.distinct, date_format), np.datetime64("NaT"))
    if values.dtype.kind == "M":
        dates = values.astype("datetime64[us]")
        out_of_range = (dates < np.datetime64("0001-01-01")) | (
            dates > np.datetime64("9999-12-31T23:59:59.999999")
        )
        dates[out_of_range] = np.datetime64("NaT")
        return dates
    cache: dict[str, datetime | None] = {}
    parsed = [
        _cached_date(value, date_format, cache)
        for value in (values.tolist() if values.dtype.kind in "OUS" else values)
    ]
    return np.array(parsed, dtype="datetime64[us]")


def to_microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970-01-01."""
    return (moment - EPOCH) // MICROSECOND


def _cached_number(
    value: object, parse: Mapping[str, str] | None, cache: dict[str, float]
) -> float:
    if not isinstance(value, str):
        return to_float(value)
    number = cache.get(value)
    if number is None:
        number = cache[value] = _in_range(read_number(value, parse))
    return number


def _in_range(number: float) -> float:
    return number if abs(number) <= MAX_MAGNITUDE else NAN


def _cached_date(
    value: object, date_format: str | None, cache: dict[str, datetime | None]
) -> datetime | None:
    if not isinstance(value, str):
        return to_utc_datetime(value, date_format)
    if value not in cache:
        cache[value] = to_utc_datetime(value, date_format)
    return cache[value]


def _format_int(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no more than 4,300 digits
        return hex(value)


def _format_decimal(value: Decimal) -> str | None:
    if value.is_nan():
        return None
    # A Decimal of 1E+1000 is written as a float. No table has such an integer.
    if value.is_finite() and value.adjusted() < MAX_DIGITS and value == value.to_integral_value():
        return str(int(value))
    return _format_float(float(value))


def _seconds(value: timedelta | np.timedelta64) -> float:
    if isinstance(value, np.timedelta64):
        return NAN if np.isnat(value) else float(value.astype("timedelta64[us]").astype(int) / 1e6)
    return value // MICROSECOND / 1e6


def _format_float(value: float) -> str | None:
    if math.isnan(value):
        return None
    return str(int(value)) if abs(value) < MAX_EXACT_INTEGER and value.is_integer() else repr(value)


def _to_utc(moment: datetime) -> datetime | None:
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            return None
    # Rebuilt, because a pandas Timestamp is a datetime with nanoseconds, and with years over 9999.
    try:
        return datetime(  # noqa: DTZ001
            moment.year,
            moment.month,
            moment.day,
            moment.hour,
            moment.minute,
            moment.second,
            moment.microsecond,
        )
    except ValueError:
        return None
