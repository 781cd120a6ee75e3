"""columns: what each input column may hold, and in which order its values stand, if in any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from automl_magic.explain.words import plain, rounded
from automl_magic.recipe import Recipe, Table
from automl_magic.recipe.values import Array, Floats, as_dates, as_missing, as_numbers
from automl_magic.records import ColumnKind, StepSpec
from automl_magic.records.explanations.columns import QUANTILES, ColumnRange, Level

MOST_LEVELS, MOST_SCANNED = 30, 50_000
NOT_A_SCALE = (ColumnKind.CATEGORY, ColumnKind.HIGH_CARDINALITY, ColumnKind.BOOLEAN)


def orders(recipe: Recipe, table: Table) -> dict[str, Floats | None]:
    """Return the place of each value on its column's scale, NaN where missing; None without one.

    A number that hides in text stands where its number is, and a date where its microsecond is.
    """
    return {name: _order(recipe, name, values) for name, values in table.items()}


def column_ranges(
    recipe: Recipe,
    table: Table,
    order: Mapping[str, Floats | None],
    *,
    immutable: Collection[str] = (),
    sensitive: Collection[str] = (),
) -> tuple[ColumnRange, ...]:
    """Return the range of each column that the model reads, in the recipe's order."""
    return tuple(
        ColumnRange(
            name=name,
            kind=recipe.columns.get(name, ColumnKind.CATEGORY.value),
            immutable=name in immutable,
            sensitive=name in sensitive,
            missing_share=rounded(float(as_missing(table[name]).mean())),
            **_range(recipe, name, table[name], order[name]),
        )
        for name in recipe.used_columns
    )


def is_date(recipe: Recipe, name: str, values: Array) -> bool:
    """Say whether a column with an order holds dates, as dates or as text."""
    return values.dtype.kind == "M" or bool(
        values.dtype.kind == "O"
        and not _steps(recipe, name, "number")
        and _steps(recipe, name, "date")
    )


def levels_of(values: Array) -> Counter[Any]:
    """Return how often each value stands in evenly spaced rows, 50,000 at most."""
    rows = np.unique(np.linspace(0, len(values) - 1, min(len(values), MOST_SCANNED)).astype(int))
    some = values[rows]
    return Counter(plain(value) for value in some[~as_missing(some)].tolist())


def nearest_row(order: Floats, wanted: float) -> int:
    """Return a row whose value lies nearest to a place on the scale."""
    return int(np.nanargmin(np.abs(order - wanted)))


def _range(recipe: Recipe, name: str, values: Array, order: Floats | None) -> dict[str, Any]:
    if order is not None and np.isfinite(order).any():
        known = order[np.isfinite(order)]
        usual = plain(values[nearest_row(order, float(np.median(known)))])
        if is_date(recipe, name, values):
            formats = [step.params.get("date_format") for step in _steps(recipe, name, "date")]
            return {
                "entry": "date",
                "usual": usual,
                "earliest": _iso(known.min()),
                "latest": _iso(known.max()),
                "date_format": formats[0] if formats and values.dtype.kind == "O" else None,
            }
        return {
            "entry": "number",
            "usual": usual,
            "low": rounded(known.min()),
            "high": rounded(known.max()),
            "quantiles": tuple(rounded(q) for q in np.quantile(known, QUANTILES)),
            "whole": bool(np.all(known == np.round(known))),
        }
    counts = levels_of(values)
    frequent, scanned = counts.most_common(MOST_LEVELS), min(len(values), MOST_SCANNED)
    entry = "text" if recipe.columns.get(name) == ColumnKind.TEXT.value else "choice"
    return {
        "entry": entry,
        "usual": frequent[0][0] if frequent else None,
        "levels": ()
        if entry == "text"
        else tuple(Level(value=v, share=rounded(n / scanned)) for v, n in frequent),
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


def _microseconds(moments: Array) -> Floats:
    places = moments.astype(np.int64).astype(np.float64)
    places[np.isnat(moments)] = np.nan
    return places


def _iso(microseconds: float) -> str:
    return str(np.datetime64(int(microseconds), "us").item().isoformat())


def _steps(recipe: Recipe, name: str, *kinds: str) -> list[StepSpec]:
    steps = (step for view in recipe.used_views for step in recipe.views[view])
    return [step for step in steps if step.kind in kinds and name in step.columns]
