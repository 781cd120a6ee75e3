"""Summary statistics of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.data.kinds import ColumnValues, InferredKind, parse_text
from automl_magic.data.storage import as_dates
from automl_magic.recipe.values import category_text, to_float
from automl_magic.records import ColumnKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
N_LEVELS, MAX_CLASSES = 20, 1000
_LEVEL_LENGTH = 200


def summarise(
    values: ColumnValues, understood: InferredKind, *, personal: str | None = None
) -> dict[str, object]:
    """Return the summary of a column as JSON.

    - Numbers: `quantiles` by level, `mean` and `std`.
    - Labels and booleans: the 20 most frequent `levels` with their `level_counts`.
    - Dates: `first`, `last`, and whether the rows are `ordered` by date, earliest first.
    - Text: `mean_words` and `mean_length`.

    The summary of a personal column has none of these: they are values, or reveal them.

    `n_unread` counts the values that a rule couldn't read, `n_infinite` the infinite ones.
    """
    summary = {} if personal else _of_kind(values, understood)
    if understood.n_unread:
        summary["n_unread"] = understood.n_unread
    if values.n_infinite:
        summary["n_infinite"] = values.n_infinite
    return summary


def classes_of(values: ColumnValues, understood: InferredKind) -> dict[str, object]:
    """Return the sorted distinct values of a target and their counts, if there are at most 1,000.

    Text that can't be read as a number is none, if the others can.
    """
    if len(values.levels) > MAX_CLASSES or values.storage == "date":
        return {}
    levels = {
        _as_stored(values, level): int(count)
        for level, count in zip(values.levels, values.counts, strict=True)
        if "decimal" not in understood.parse or not np.isnan(to_float(level, understood.parse))
    }
    return {"classes": sorted(levels), "counts": [levels[level] for level in sorted(levels)]}


def _of_kind(values: ColumnValues, understood: InferredKind) -> dict[str, object]:
    match understood.kind:
        case ColumnKind.NUMBER if values.storage != "date":
            is_text = values.storage == "text"
            return _number(parse_text(values, understood.parse) if is_text else values.numbers)
        case ColumnKind.DATE if values.storage in ("date", "text"):
            return _date(values, understood)
        case ColumnKind.TEXT if values.storage == "text":
            return _text(values)
        case _:
            return _levels(values)


def _number(numbers: NDArray[np.float64]) -> dict[str, object]:
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) == 0:
        return {}
    # Differences between the largest floats overflow, so scale them down.
    scale = 4.0 if np.abs(numbers).max() > 1e307 else 1.0
    quantiles = np.quantile(numbers / scale, QUANTILES) * scale
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = float(numbers.mean()), float(numbers.std())
    summary: dict[str, object] = {
        "quantiles": {f"{level:g}": float(q) for level, q in zip(QUANTILES, quantiles, strict=True)}
    }
    # The sum of huge numbers overflows, and JSON has no infinity.
    if np.isfinite(mean) and np.isfinite(std):
        summary |= {"mean": mean, "std": std}
    return summary


def _date(values: ColumnValues, understood: InferredKind) -> dict[str, object]:
    if values.storage == "text":
        dates = parse_text(values, understood.parse)
    else:
        dates = as_dates(values.series)
    dates = dates[~np.isnat(dates)]
    if len(dates) == 0:
        return {}
    return {
        "first": str(dates.min().astype("M8[s]")),
        "last": str(dates.max().astype("M8[s]")),
        "ordered": bool((np.diff(dates.astype(np.int64)) >= 0).all()),
    }


def _text(values: ColumnValues) -> dict[str, object]:
    weights = values.counts
    return {
        "mean_words": float(np.average([len(t.split()) for t in values.levels], weights=weights)),
        "mean_length": float(np.average([len(t) for t in values.levels], weights=weights)),
    }


def _levels(values: ColumnValues) -> dict[str, object]:
    top = np.argsort(-values.counts, kind="stable")[:N_LEVELS]
    return {
        "levels": [_shorten(_as_stored(values, values.levels[i])) for i in top],
        "level_counts": [int(values.counts[i]) for i in top],
    }


def _as_stored(values: ColumnValues, level: Any) -> bool | int | float | str:
    """Return a level as a JSON scalar of the type it has in the table."""
    if values.storage == "boolean":
        return bool(level)
    if values.storage == "text":
        return str(level)
    if values.storage == "date":
        return category_text(level) or ""
    return int(level) if isinstance(level, int | np.integer) else float(level)


def _shorten(level: object) -> object:
    if not isinstance(level, str):
        return level
    level = level.encode("utf-8", "replace").decode()
    return level if len(level) <= _LEVEL_LENGTH else level[: _LEVEL_LENGTH - 1] + "…"
