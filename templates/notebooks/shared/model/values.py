import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd

MAX_MAGNITUDE = float(np.finfo("float32").max)  # larger numbers count as missing


def as_numbers(column, parse=None):
    """A column as float64, NaN if not a number. `parse` gives the decimal and thousands signs."""
    decimal, thousands = (parse or {}).get("decimal", "."), (parse or {}).get("thousands", "")

    def read(value):
        if isinstance(value, str):
            text = re.sub("[$€£¥₹₽₩₺₴₫₪฿¢%]", "", value).replace("\u2212", "-").strip()
            if text[:1] == "(" and text[-1:] == ")":  # negative, as in accounting
                text = f"-{text[1:-1].strip()}"
            separator = r"\s" if thousands.isspace() else re.escape(thousands)
            groups = f"[+-]?[0-9]{{1,3}}({separator}[0-9]{{2,3}})*{separator}[0-9]{{3}}(?![0-9])"
            if thousands and (match := re.match(groups, text)):
                text = "".join(re.findall("[-+0-9]+", match[0])) + text[match.end() :]
            if decimal != ".":
                text = text.replace(".", "?").replace(decimal, ".")
            is_plain = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text)
            return float(text) if is_plain else np.nan
        try:
            return (
                float(value)
                if isinstance(value, (int, float, Decimal, np.number, np.bool_))
                else np.nan
            )
        except (OverflowError, ValueError):
            return np.nan

    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy("float64", na_value=np.nan)
    else:
        numbers = np.array([read(value) for value in column], dtype="float64")
    return np.where(np.abs(numbers) <= MAX_MAGNITUDE, numbers, np.nan)


def as_text(column):
    """A column as a list of texts, None if missing. 1, 1.0 and "1" are the same text."""

    def read(value):
        if value is None or value is pd.NA or value is pd.NaT or isinstance(value, str):
            return value if isinstance(value, str) else None
        if isinstance(value, (bool, np.bool_)):
            return "True" if value else "False"
        if isinstance(value, (int, np.integer)):
            return str(int(value))
        if isinstance(value, (float, np.floating, Decimal)):
            number = float(value)
            is_integer = abs(number) < 2**53 and number.is_integer()
            return None if np.isnan(number) else str(int(number)) if is_integer else repr(number)
        if isinstance(value, date):
            parsed = as_date(value)
            return None if parsed is None else parsed.isoformat()
        if isinstance(value, timedelta):
            return str(timedelta(microseconds=value // timedelta(microseconds=1)))
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)

    return [read(value) for value in column]


def as_dates(column, date_format=None):
    """A column as datetime64[us] in UTC, NaT if not a date. Text is ISO 8601 or `date_format`."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.to_numpy(dtype="datetime64[us]")
    return np.array([as_date(value, date_format) for value in column], dtype="datetime64[us]")


def as_date(value, date_format=None):
    """One value as a naive datetime in UTC, or None."""
    if date_format and not isinstance(value, (str, date)):
        (value,) = as_text([value])  # 20240131 by %Y%m%d
    try:
        if isinstance(value, str):
            value = parse_date(value.strip(), date_format)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        if not isinstance(value, datetime) or value is pd.NaT:
            return None
        value = value.astimezone(timezone.utc) if value.tzinfo else value
    except (ValueError, OverflowError):
        return None
    return datetime(*value.timetuple()[:6], value.microsecond)


def parse_date(text, date_format):
    """The date in a text: by the format, or ISO 8601, which is never ambiguous."""
    if date_format:
        try:
            return datetime.strptime(text, date_format)
        except ValueError:
            if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", text):
                raise
    return datetime.fromisoformat(text)


def fill_and_scale(train_values, values, fill, scale):
    """Fill missing values with the training median; scale by the training mean and deviation."""
    empty = np.isnan(train_values).all()
    if fill == "median":
        median = 0.0 if empty else np.nanmedian(train_values)
        train_values = np.where(np.isnan(train_values), median, train_values)
        values = np.where(np.isnan(values), median, values)
    if scale and not np.isnan(train_values).all():
        values = (values - np.nanmean(train_values)) / (np.nanstd(train_values) or 1.0)
    return values
