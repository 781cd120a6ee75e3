"""order: read group columns and time columns, whatever their storage type."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from automl_magic.errors import PlanError
from automl_magic.recipe.values import is_missing_value, parse_date, to_float


def group_codes(values: object) -> npt.NDArray[np.int64]:
    """Number the groups in the order of their first rows. A row without a group is its own group.

    A missing value doesn't say that rows belong together: as one group, all rows without a group
    would be held out or trained on at once. scikit-learn's splitters refuse missing groups, so
    numbering such rows one by one is also what its users do by hand. Their numbers come last.

    Same as `pandas.factorize(values)[0]`, with the codes of -1 replaced by new numbers.
    """
    array = np.asarray(values)
    if array.dtype.kind in "iub":
        _, first, numbers = np.unique(array, return_index=True, return_inverse=True)
        in_order = np.empty(len(first), dtype=np.int64)
        in_order[np.argsort(first)] = np.arange(len(first))
        return in_order[numbers]
    codes: dict[object, int] = {}
    groups = np.array(
        [
            -1 if is_missing_value(value) else codes.setdefault(value, len(codes))
            for value in _plain_values(array)
        ],
        dtype=np.int64,
    )
    has_none = groups < 0
    groups[has_none] = len(codes) + np.arange(has_none.sum())
    return groups


def n_earlier(values: object, date_format: str | None) -> npt.NDArray[np.int64]:
    """Return the number of strictly earlier rows for each row, an array of shape (n_rows,).

    Text is parsed with `date_format` (as in `strptime`), or as ISO 8601 if it is None. Times
    without a zone are UTC. Missing and unreadable times count as the earliest, so their rows are
    only used for training.

    Same as `times.rank(method="min", na_option="top") - 1` of a pandas Series.
    """
    array = np.asarray(values)
    if array.dtype.kind in "iub":
        return _rank_of_first(array, np.zeros(len(array), dtype=bool), date_format)
    if array.dtype.kind == "f":
        return _rank_of_first(array, np.isnan(array), date_format)
    if array.dtype.kind in "mM":
        # As integer nanoseconds: Python dates have none, and floats aren't exact.
        stamps = array.astype(f"{array.dtype.kind}8[ns]").astype(np.int64)
        return _rank_of_first(stamps, np.isnat(array), date_format)
    seconds = np.array(
        [_parse_seconds(value, date_format) for value in array.tolist()], dtype=np.float64
    )
    return _rank_of_first(seconds, np.isnan(seconds), date_format)


def _rank_of_first(
    times: npt.NDArray[Any], missing: npt.NDArray[np.bool_], date_format: str | None
) -> npt.NDArray[np.int64]:
    if len(times) and missing.all():
        raise PlanError(
            "Can't read the time column as times.",
            why=f"None of its {len(times):,} values is a number, a date, or text in the format "
            f"{date_format or 'YYYY-MM-DD HH:MM:SS'!r}.",
            fix="Use another column, or set cv.type to stratified or kfold.",
        )
    sorted_times = np.sort(times[~missing])
    earlier = np.zeros(len(times), dtype=np.int64)
    earlier[~missing] = np.searchsorted(sorted_times, times[~missing], side="left") + missing.sum()
    return earlier


def _plain_values(array: npt.NDArray[Any]) -> Iterable[object]:
    if array.dtype.kind == "M":
        return [None if np.isnat(value) else value for value in array]
    return array.tolist()


def _parse_seconds(value: object, date_format: str | None) -> float:
    """Return the seconds since 1970, or NaN if the value isn't a time."""
    if is_missing_value(value):
        return np.nan
    if isinstance(value, int | float | Decimal | timedelta):
        return to_float(value)
    try:
        if isinstance(value, datetime):
            return _seconds(value)
        if isinstance(value, date):
            return _seconds(datetime(value.year, value.month, value.day, tzinfo=UTC))
        if date_format is None:
            return _parse_iso_seconds(str(value).strip())
        moment = parse_date(str(value).strip(), date_format)
        return np.nan if moment is None else _seconds(moment)
    except ValueError:
        return np.nan


def _parse_iso_seconds(text: str) -> float:
    # NumPy parses plain years and months, which fromisoformat doesn't. It warns about zones.
    try:
        return _seconds(datetime.fromisoformat(text))
    except ValueError:
        moment = np.datetime64(text.removesuffix("Z"), "us")
        if np.isnat(moment):
            raise
        return float(moment.astype(np.int64)) / 1e6


def _seconds(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
