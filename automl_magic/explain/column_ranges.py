"""The range of each input column, and the order of its values if they have one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import TypedDict

import numpy as np

from automl_magic.explain.formatting import JsonScalar, round_number, to_json_value
from automl_magic.recipe import ColumnArrays, Recipe
from automl_magic.recipe.values import Array, Floats, as_dates, as_numbers, missing_mask
from automl_magic.records import ColumnKind, StepSpec
from automl_magic.records.explanations.columns import QUANTILES, ColumnRange, Level

MAX_LEVELS, MAX_SCANNED_ROWS = 30, 50_000
NOT_A_SCALE = (ColumnKind.CATEGORY, ColumnKind.HIGH_CARDINALITY, ColumnKind.BOOLEAN)


class _RangeFields(TypedDict, total=False):
    """The fields of `ColumnRange` that depend on the values."""

    entry: str
    usual: JsonScalar
    low: float
    high: float
    quantiles: tuple[float, ...]
    is_integer: bool
    earliest: str
    latest: str
    date_format: str | None
    levels: tuple[Level, ...]
    n_levels: int


def column_orders(recipe: Recipe, table: ColumnArrays) -> dict[str, Floats | None]:
    """Return each column's values as numbers, NaN if missing; None for unordered columns.

    Numbers stored as text are parsed, and dates become microseconds since 1970.
    """
    return {name: _order(recipe, name, values) for name, values in table.items()}


def column_ranges(
    recipe: Recipe,
    table: ColumnArrays,
    order: Mapping[str, Floats | None],
    *,
    personal: Collection[str] = (),
    immutable: Collection[str] = (),
    sensitive: Collection[str] = (),
) -> tuple[ColumnRange, ...]:
    """Return the range of each column of the model, in the recipe's order.

    A personal column has no values: people enter one as text.
    """
    return tuple(
        ColumnRange(
            name=name,
            kind=recipe.columns.get(name, ColumnKind.CATEGORY.value),
            immutable=name in immutable,
            sensitive=name in sensitive,
            missing_share=round_number(float(missing_mask(table[name]).mean())),
            **(
                {"entry": "text", "usual": None, "n_levels": len(count_levels(table[name]))}
                if name in personal
                else _range(recipe, name, table[name], order[name])
            ),
        )
        for name in recipe.used_columns
    )


def is_date(recipe: Recipe, name: str, values: Array) -> bool:
    """Return whether an ordered column contains dates, as dates or as text."""
    return values.dtype.kind == "M" or bool(
        values.dtype.kind == "O"
        and not _steps(recipe, name, "number")
        and _steps(recipe, name, "date")
    )


def count_levels(values: Array) -> Counter[JsonScalar]:
    """Return the frequency of each value in at most 50,000 evenly spaced rows."""
    rows = np.unique(
        np.linspace(0, len(values) - 1, min(len(values), MAX_SCANNED_ROWS)).astype(int)
    )
    sampled = values[rows]
    return Counter(to_json_value(value) for value in sampled[~missing_mask(sampled)].tolist())


def nearest_row(order: Floats, value: float) -> int:
    """Return the index of the row whose value is nearest."""
    return int(np.nanargmin(np.abs(order - value)))


def _range(recipe: Recipe, name: str, values: Array, order: Floats | None) -> _RangeFields:
    if order is not None and np.isfinite(order).any():
        finite = order[np.isfinite(order)]
        typical = to_json_value(values[nearest_row(order, float(np.median(finite)))])
        if is_date(recipe, name, values):
            formats = [step.params.get("date_format") for step in _steps(recipe, name, "date")]
            return {
                "entry": "date",
                "usual": typical,
                "earliest": _iso(finite.min()),
                "latest": _iso(finite.max()),
                "date_format": formats[0] if formats and values.dtype.kind == "O" else None,
            }
        return {
            "entry": "number",
            "usual": typical,
            "low": round_number(finite.min()),
            "high": round_number(finite.max()),
            "quantiles": tuple(round_number(q) for q in np.quantile(finite, QUANTILES)),
            "is_integer": bool(np.all(finite == np.round(finite))),
        }
    counts = count_levels(values)
    frequent, scanned = counts.most_common(MAX_LEVELS), min(len(values), MAX_SCANNED_ROWS)
    entry = "text" if recipe.columns.get(name) == ColumnKind.TEXT.value else "choice"
    return {
        "entry": entry,
        "usual": frequent[0][0] if frequent else None,
        "levels": ()
        if entry == "text"
        else tuple(Level(value=v, share=round_number(n / scanned)) for v, n in frequent),
        "n_levels": len(counts),
    }


def _order(recipe: Recipe, name: str, values: Array) -> Floats | None:
    if values.dtype.kind == "b" or recipe.columns.get(name) in NOT_A_SCALE:
        return None
    if values.dtype.kind in "iuf":
        return values.astype(np.float64)
    if values.dtype.kind == "M":
        return _microseconds(values.astype("datetime64[us]"))
    if values.dtype.kind != "O":
        return None
    for step in _steps(recipe, name, "number"):
        return as_numbers(values, step.params.get("parse"))
    for step in _steps(recipe, name, "date"):
        return _microseconds(as_dates(values, step.params.get("date_format")))
    return None


def _microseconds(dates: Array) -> Floats:
    microseconds = dates.astype(np.int64).astype(np.float64)
    microseconds[np.isnat(dates)] = np.nan
    return microseconds


def _iso(microseconds: float) -> str:
    return str(np.datetime64(int(microseconds), "us").item().isoformat())


def _steps(recipe: Recipe, name: str, *kinds: str) -> list[StepSpec]:
    steps = (step for view in recipe.used_views for step in recipe.views[view])
    return [step for step in steps if step.kind in kinds and name in step.columns]
