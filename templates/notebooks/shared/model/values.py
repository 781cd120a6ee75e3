import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd

MAX_MAGNITUDE = float(np.finfo("float32").max)  # larger numbers count as missing


UNITS, SPACES = "$€£¥₹₽₩₺₴₫₪฿¢%", " \u00a0\u2007\u2009\u202f"


def number_pattern(decimal, thousands):
    """The texts that are numbers, such as 1,234.5, -$3, 50 % and (56.00)."""
    point, integer = re.escape(decimal), "[0-9]+"
    if thousands:
        separator = {" ": f"[{SPACES}]", "'": "['\u2019]"}.get(thousands, re.escape(thousands))
        groups = rf"[1-9][0-9]{{0,2}}(?:{separator}[0-9]{{3}})+"
        if thousands == ",":
            groups += r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"  # 1,23,456, as in India
        integer = f"(?:{groups}|[0-9]+)"
    digits = rf"(?:{integer}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]+)?"
    before, after = f"(?:[{UNITS}][{SPACES}]*)?", f"(?:[{SPACES}]*[{UNITS}])?"
    signed = rf"(?:[-+]?{before}|{before}[-+]?){digits}{after}"
    negative = rf"{before}\([{SPACES}]*{before}{digits}{after}[{SPACES}]*\){after}"
    return re.compile(f"{signed}|{negative}")


def as_numbers(column, parse=None):
    """A column as float64, NaN if not a number. `parse` gives the decimal and thousands signs.

    Time differences are seconds.
    """
    decimal, thousands = (parse or {}).get("decimal", "."), (parse or {}).get("thousands", "")
    pattern = number_pattern(decimal, thousands)
    dropped = "'\u2019" if thousands == "'" else thousands

    def read(value):
        if isinstance(value, str):
            text = value.strip().replace("\u2212", "-")
            if not pattern.fullmatch(text):
                return np.nan
            digits = "".join(c for c in text if c not in UNITS + SPACES + "()" + dropped)
            number = float(digits.replace(decimal, "."))
            return -number if "(" in text else number  # as in accounting
        if isinstance(value, timedelta):
            return value // timedelta(microseconds=1) / 1e6
        try:
            is_number = isinstance(value, (int, float, Decimal, np.number, np.bool_))
            return float(value) if is_number else np.nan
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
        is_decimal = isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 76
        if is_decimal and value == value.to_integral_value():
            return str(int(value))  # with all digits
        if isinstance(value, (float, np.floating, Decimal, timedelta)):
            number = float(as_numbers([value])[0] if isinstance(value, timedelta) else value)
            is_integer = abs(number) < 2**53 and number.is_integer()
            return None if np.isnan(number) else str(int(number)) if is_integer else repr(number)
        if isinstance(value, date):
            parsed = as_date(value)
            return None if parsed is None else parsed.isoformat()
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)

    return [read(value) for value in column]


def as_booleans(column, true, false):
    """A yes/no column as 1.0 and 0.0, NaN if missing. `false` None: any text but `true` is no."""
    means_true = {"1", "1.0", "on", "positive", "t", "true", "y", "yes"}
    means_false = {"0", "0.0", "off", "negative", "f", "false", "n", "no"}
    codes = {true: 1.0, **({} if false is None else {false: 0.0})}
    if false is not None:
        folded = {text.strip().lower(): code for text, code in codes.items()}
        if folded.keys() & means_true and folded.keys() & means_false:  # so 1, TRUE and yes agree
            folded |= {**dict.fromkeys(means_true, 1.0), **dict.fromkeys(means_false, 0.0)}

    def read(text):
        if text is None or text in codes or false is None:
            return np.nan if text is None else codes.get(text, 0.0)
        return folded.get(text.strip().lower(), np.nan) if len(folded) > 1 else np.nan

    return np.array([read(text) for text in as_text(column)], dtype="float64")


def as_dates(column, date_format=None):
    """A column as datetime64[us] in UTC, NaT if not a date. Text is ISO 8601 or `date_format`."""
    if pd.api.types.is_datetime64_any_dtype(column):
        dates = column.to_numpy(dtype="datetime64[us]")
        in_range = (dates >= np.datetime64("0001-01-01")) & (dates < np.datetime64("10000-01-01"))
        return np.where(in_range, dates, np.datetime64("NaT"))
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
        return datetime(*value.timetuple()[:6], value.microsecond)
    except (ValueError, OverflowError, NotImplementedError):
        return None


def parse_date(text, date_format):
    """The date in a text: by the format, or ISO 8601, which is never ambiguous."""
    if date_format:
        try:
            if "%f" in date_format:  # no more than six decimals of a second
                return datetime.strptime(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text), date_format)
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
