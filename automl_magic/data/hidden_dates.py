"""Dates stored as text. A column is read by one format from a closed list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.recipe.values import as_dates, parse_date

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from automl_magic.recipe.values import Array

SHARE = 0.95
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_ISO_TIMES = (
    *_TIMES[:4],
    *("T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f"),
    *(f"{sign}{time}%z" for sign in "T " for time in ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")),
    *(f" {time} %z" for time in ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")),
)
# If two formats read a column equally well, the first one wins. So month first wins over day first.
# AM013 reports such columns.
FORMATS = (
    *(f"%Y-%m-%d{time}" for time in _ISO_TIMES),
    *(f"{day}{time}" for day in ("%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y") for time in _TIMES),
    *(f"{day}{time}" for day in ("%m/%d/%y", "%d/%m/%y") for time in _TIMES[:3]),
    *(
        f"{day}{time}"
        for day in ("%d.%m.%Y", "%d.%m.%y", "%m-%d-%Y", "%d-%m-%Y")
        for time in _TIMES[:3]
    ),
    *(
        f"{day}{time}"
        for day in ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y")
        for time in _TIMES[:3]
    ),
    *("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%Y%m%d"),
    *("%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S %Y"),
)
_SWAPPED = {"%m/%d": "%d/%m", "%m-%d-": "%d-%m-"}
_LOOKS_LIKE = re.compile(
    r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{8}$|(\w{3},? )?(\d{1,2}[ -][a-z]{3}|[a-z]{3,9} \d{1,2}))"
    r"[-\w :.,+/]*",
    re.IGNORECASE,
)
_SAMPLE = 200


@dataclass(frozen=True)
class DatesInText:
    """A strptime format, the share of rows it reads, and the reason for the day and month order.

    `is_ambiguous` means that the other order reads as many rows.
    """

    date_format: str
    share: float
    n_unread: int
    order_reason: str
    is_ambiguous: bool


def find_dates(levels: Array, counts: NDArray[np.int64]) -> DatesInText | None:
    """Return the format that reads at least 95% of the non-blank rows, or None.

    Parameters
    ----------
    levels : array of str, shape (n_levels,)
        The distinct values of the column.
    counts : array of int, shape (n_levels,)
        The number of rows with each value.
    """
    texts = np.array([level.strip() for level in levels], dtype=object)
    n_filled = int(counts[texts != ""].sum())
    sample = texts[texts != ""][:: max(1, len(texts) // _SAMPLE)]
    like = sum(bool(_LOOKS_LIKE.fullmatch(text)) for text in sample)
    if n_filled == 0 or like < SHARE * len(sample) - 1:
        return None
    # The sample narrows down the formats. All values decide between the rest.
    shares = {form: _parsed(sample, form).mean() for form in FORMATS}
    likely = [
        form
        for form, share in shares.items()
        if share >= SHARE - 0.1 and _server_reads(sample, form) >= share
    ]
    n_read = {form: int(counts[_parsed(texts, form)].sum()) for form in likely}
    best = max(n_read, key=lambda form: n_read[form], default=None)
    if best is None or n_read[best] < SHARE * n_filled:
        return None
    swapped = _swap(best)
    ambiguous = n_read.get(swapped) == n_read[best]
    return DatesInText(
        date_format=best,
        share=n_read[best] / n_filled,
        n_unread=int(counts[np.isnat(read_dates(levels, best))].sum()),
        order_reason=_order(best, swapped, ambiguous=ambiguous),
        is_ambiguous=ambiguous,
    )


def read_dates(levels: Array, date_format: str) -> NDArray[np.datetime64]:
    """Read texts by a strptime format as datetime64[us], shape (n_levels,). Others become NaT.

    Text like `2024-01-31 10:00` is read whatever the format.
    """
    dates = _parse_all(levels, date_format)
    left = np.isnat(dates)
    dates[left] = as_dates(levels[left], date_format)
    return dates


def _parse_all(levels: Array, date_format: str) -> NDArray[np.datetime64]:
    import pandas as pd

    texts = [level.strip() for level in levels]
    utc = "%z" in date_format
    dates = pd.to_datetime(
        pd.Series(texts, dtype=object), format=date_format, errors="coerce", utc=utc
    )
    if utc:
        dates = dates.dt.tz_localize(None)
    return np.array(dates, dtype="datetime64[us]")


def _parsed(texts: Array, date_format: str) -> NDArray[np.bool_]:
    return ~np.isnat(_parse_all(texts, date_format))


def _server_reads(texts: Array, date_format: str) -> float:
    """Return the share that the server reads. pandas reads more."""
    return sum(parse_date(text, date_format) is not None for text in texts) / len(texts)


def _swap(date_format: str) -> str:
    for month_first, day_first in _SWAPPED.items():
        if date_format.startswith(month_first):
            return date_format.replace(month_first, day_first, 1)
        if date_format.startswith(day_first):
            return date_format.replace(day_first, month_first, 1)
    return ""


def _order(date_format: str, swapped: str, *, ambiguous: bool) -> str:
    if not swapped:
        return ""
    first = "Day" if date_format.startswith("%d") else "Month"
    if ambiguous:
        return f"{first} first is assumed, because no day is above 12."
    return f"{first} first, because there are values above 12."
