import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd

LARGEST = float(np.finfo("float32").max)  # beyond it a number counts as missing


def as_numbers(column, parse=None):
    """A column as float64. Text is read by its decimal and thousands signs; no number is NaN."""
    decimal, thousands = (parse or {}).get("decimal", "."), (parse or {}).get("thousands", "")

    def read(value):
        if isinstance(value, str):
            text = re.sub("[$€£¥₹₽₩₺₴₫₪฿¢%]", "", value).replace("\u2212", "-").strip()
            if text[:1] == "(" and text[-1:] == ")":  # negative, as in accounts
                text = f"-{text[1:-1].strip()}"
            between = r"\s" if thousands.isspace() else re.escape(thousands)
            groups = f"[+-]?[0-9]{{1,3}}({between}[0-9]{{2,3}})*{between}[0-9]{{3}}(?![0-9])"
            if thousands and (found := re.match(groups, text)):
                text = "".join(re.findall("[-+0-9]+", found[0])) + text[found.end() :]
            if decimal != ".":
                text = text.replace(".", "?").replace(decimal, ".")
            plain = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text)
            return float(text) if plain else np.nan
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
    return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def as_text(column):
    """A column as a list of texts, None where missing; 1, 1.0 and "1" are the same text."""

    def read(value):
        if value is None or value is pd.NA or value is pd.NaT or isinstance(value, str):
            return value if isinstance(value, str) else None
        if isinstance(value, (bool, np.bool_)):
            return "True" if value else "False"
        if isinstance(value, (int, np.integer)):
            return str(int(value))
        if isinstance(value, (float, np.floating, Decimal)):
            number = float(value)
            whole = abs(number) < 2**53 and number.is_integer()
            return None if np.isnan(number) else str(int(number)) if whole else repr(number)
        if isinstance(value, date):
            moment = as_date(value)
            return None if moment is None else moment.isoformat()
        if isinstance(value, timedelta):
            return str(timedelta(microseconds=value // timedelta(microseconds=1)))
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)

    return [read(value) for value in column]


def as_dates(column, date_format=None):
    """A column as datetime64[us] in UTC, NaT where there is no date. Text is ISO or as given."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.to_numpy(dtype="datetime64[us]")
    return np.array([as_date(value, date_format) for value in column], dtype="datetime64[us]")


def as_date(value, date_format=None):
    """One value as a datetime in UTC without a zone, or None."""
    if date_format and not isinstance(value, (str, date)):
        (value,) = as_text([value])  # 20240131 by %Y%m%d
    try:
        if isinstance(value, str):
            text = value.strip()
            value = (
                datetime.strptime(text, date_format)
                if date_format
                else datetime.fromisoformat(text)
            )
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        if not isinstance(value, datetime) or value is pd.NaT:
            return None
        value = value.astimezone(timezone.utc) if value.tzinfo else value
    except (ValueError, OverflowError):
        return None
    return datetime(*value.timetuple()[:6], value.microsecond)


def fill_and_scale(known, values, fill, scale):
    """Fill missing values with the median of the known ones; scale by their mean and spread."""
    empty = np.isnan(known).all()
    if fill == "median":
        median = 0.0 if empty else np.nanmedian(known)
        known = np.where(np.isnan(known), median, known)
        values = np.where(np.isnan(values), median, values)
    if scale and not np.isnan(known).all():
        values = (values - np.nanmean(known)) / (np.nanstd(known) or 1.0)
    return values
