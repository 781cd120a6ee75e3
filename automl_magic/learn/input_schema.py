"""input_schema: the input columns of a model, from its training rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.learn.recipe import columns_of
from automl_magic.personal.recognise import personal_kind
from automl_magic.recipe import Recipe, select_columns
from automl_magic.recipe.steps.parsing import parse_rules
from automl_magic.recipe.values import (
    Array,
    as_dates,
    as_numbers,
    as_text,
    category_text,
    missing_mask,
    to_utc_datetime,
)
from automl_magic.records import ColumnKind
from automl_magic.records.data.schema import InputColumn, InputSchema

if TYPE_CHECKING:
    import pandas as pd

# Columns with more levels than this list none: they add size, and new levels are expected.
MAX_LEVELS, MAX_LEVEL_CHARACTERS = 100, 200
# Number of values to check for personal data.
MAX_SAMPLED = 1_000
# Numbers of one column are alike, and there can be thousands of such columns.
MAX_SAMPLED_NUMBERS = 100
LABELS = (ColumnKind.CATEGORY, ColumnKind.HIGH_CARDINALITY)


def input_schema(recipe: Recipe, frame: pd.DataFrame | Mapping[str, Array]) -> InputSchema:
    """Return the schema of all columns that a model's views read.

    Values of a column that looks personal are omitted, because anyone who can use the model can
    read the schema.

    Parameters
    ----------
    frame : DataFrame or mapping of arrays
        The rows that the model is fitted on.

    Raises
    ------
    DataError
        If a column is missing.
    """
    views = {name: recipe.views[name] for name in recipe.used_views}
    kinds = columns_of(views)
    rules = parse_rules(step for steps in views.values() for step in steps)
    table = select_columns(frame, recipe.used_columns)
    return InputSchema(
        task=recipe.task,
        target=recipe.target,
        classes=recipe.classes,
        columns=tuple(
            _column(
                name,
                ColumnKind(kinds[name]),
                values,
                rules.get(name, {}),
                recipe.personal.get(name),
            )
            for name, values in table.items()
        ),
    )


def _column(
    name: str, kind: ColumnKind, values: Array, parse: Mapping[str, str], personal: str | None
) -> InputColumn:
    if values.dtype.kind == "m":
        values = as_numbers(values)  # seconds
    stored = stored_as(values)
    missing = missing_mask(values)
    texts = _count_texts(kind, values[~missing])
    # The profile has classified the table, but not one that a notebook passes to a recipe itself.
    personal = personal or _personal(name, kind, stored, list(texts))
    low, high = (None, None) if personal else _span(kind, stored, values, parse)
    has_few_levels = kind in LABELS and len(texts) <= MAX_LEVELS and personal is None
    longest = max(map(len, texts), default=0)
    levels = tuple(sorted(texts)) if has_few_levels and longest <= MAX_LEVEL_CHARACTERS else ()
    return InputColumn(
        name=name,
        kind=kind,
        stored_as=stored,
        nullable=bool(missing.any()),
        parse=parse if stored == "text" or kind is ColumnKind.BOOLEAN else {},
        low=low,
        high=high,
        levels=levels,
        personal=personal,
        example=None
        if personal
        else _example(kind, values[~missing], texts, has_levels=bool(levels)),
    )


def _count_texts(kind: ColumnKind, values: Array) -> Counter[str]:
    """Return how many rows have each text. Numbers and dates have no levels: a sample is enough."""
    if kind in (ColumnKind.NUMBER, ColumnKind.DATE) and values.dtype.kind in "fiuM":
        values = values[:: max(1, len(values) // MAX_SAMPLED_NUMBERS)]
    listed = values.tolist() if values.dtype.kind == "O" else []
    if set(map(type, listed)) == {str}:
        return Counter(listed)
    return Counter(text for text in as_text(values) if text is not None)


def stored_as(values: Array) -> str:
    """Return how the values of a column are stored: `number`, `boolean`, `date` or `text`.

    An array of objects has the type of its non-missing values, or `text` if they are mixed.
    """
    by_dtype = {"b": "boolean", "M": "date", "m": "number", "f": "number", "i": "number"}
    if values.dtype.kind != "O":
        return by_dtype.get(values.dtype.kind, "number" if values.dtype.kind == "u" else "text")
    kinds = {_stored(kind) for kind in set(map(type, values[~missing_mask(values)].tolist()))}
    return kinds.pop() if len(kinds) == 1 else "text"


def _stored(kind: type) -> str:
    from datetime import date
    from decimal import Decimal

    if issubclass(kind, bool | np.bool_):
        return "boolean"
    if issubclass(kind, int | float | Decimal | np.number):
        return "number"
    return "date" if issubclass(kind, date | np.datetime64) else "text"


def _span(
    kind: ColumnKind, stored: str, values: Array, parse: Mapping[str, str]
) -> tuple[float | None, float | None]:
    if kind is ColumnKind.DATE:
        dates = as_dates(values, parse.get("date_format"))
        numbers = np.where(np.isnat(dates), np.nan, dates.astype(np.int64) / 1e6)
    elif kind is ColumnKind.NUMBER:
        numbers = as_numbers(values, parse if stored == "text" else None)
    else:
        return None, None
    observed = numbers[~np.isnan(numbers)]
    return (float(observed.min()), float(observed.max())) if len(observed) else (None, None)


def _personal(name: str, kind: ColumnKind, stored: str, texts: list[str]) -> str | None:
    if stored in ("boolean", "date"):
        return None
    sample = texts[:: max(1, len(texts) // MAX_SAMPLED)][:MAX_SAMPLED]
    data_kind = personal_kind(name, sample, is_prose=kind is ColumnKind.TEXT)
    # Amounts in groups of digits look like phone numbers.
    return None if data_kind == "phone" and kind is ColumnKind.NUMBER else data_kind


def _example(
    kind: ColumnKind, values: Array, texts: Counter[str], *, has_levels: bool
) -> bool | float | str | None:
    """Return a typical non-missing value as JSON, or None if it could reveal a single row."""
    if not len(values):
        return None
    if values.dtype.kind in "fiu" and kind is ColumnKind.NUMBER:
        median = float(np.quantile(values, 0.5, method="lower"))
        return float(f"{median:.4g}") if values.dtype.kind == "f" else int(median)
    if kind is ColumnKind.DATE and values.dtype.kind == "M":
        date = to_utc_datetime(np.sort(values)[len(values) // 2])
        return None if date is None else date.isoformat()
    if has_levels or kind in (ColumnKind.BOOLEAN, ColumnKind.NUMBER, ColumnKind.DATE):
        most_common = texts.most_common(1)[0][0]
        return next(_plain(value) for value in values if category_text(value) == most_common)
    return None


def _plain(value: object) -> bool | float | str:
    plain = value.item() if isinstance(value, np.generic) else value
    return plain if isinstance(plain, bool | int | float | str) else str(plain)
