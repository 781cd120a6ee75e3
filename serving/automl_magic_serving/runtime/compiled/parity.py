"""Sample rows, within and outside a schema, to compare two backends with."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import ArrayLike

from automl_magic.recipe.values import EPOCH, MAX_MAGNITUDE, Floats
from automl_magic.records import ColumnKind
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic_serving.runtime.compiled.trees import LEAF, Trees

# Maximum difference of two backends: absolute for probabilities, relative for values.
TOLERANCE = 1e-6
ODD_FRACTION = 0.1
WORDS = ("the", "red", "bus", "was", "late", "again", "and", "nobody", "cared")


def sample_rows(schema: InputSchema, n_rows: int, seed: int = 0) -> list[list[object]]:
    """Sample the values of instances: mostly within the training range; some missing or extreme.

    The same seed gives the same rows.
    """
    rng = random.Random(seed)  # noqa: S311 - rows to compare with, no secret
    return [
        [sample_value(column, rng, odd=rng.random() < ODD_FRACTION) for column in schema.columns]
        for _ in range(n_rows)
    ]


def rows_at_splits(
    matrix: Floats, models: Sequence[Trees], *, with_gaps: bool, seed: int = 0
) -> Floats:
    """Return a copy of a matrix with some numbers replaced by split values of the trees.

    For numbers equal to a split, `<` and `<=` differ, and so do float32 and float64. With
    `with_gaps`, for models that accept missing values, some numbers become NaN.
    """
    rng = np.random.default_rng(seed)
    matrix = matrix.copy()
    for trees in models:
        for feature in np.unique(trees.feature[(trees.feature != LEAF) & ~trees.equal]):
            splits = trees.split[(trees.feature == feature) & ~trees.equal]
            sampled = rng.choice(splits, len(matrix))
            is_replaced = rng.random(len(matrix)) < 0.5
            matrix[:, feature] = np.where(is_replaced, sampled, matrix[:, feature])
    if with_gaps:
        matrix[rng.random(matrix.shape) < ODD_FRACTION] = np.nan
    return matrix


def max_difference(first: ArrayLike, second: ArrayLike, *, of_values: bool) -> float:
    """Return the maximum difference of two arrays of predictions; NaN if one has a NaN."""
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    scale = max(1e-300, float(np.abs(second).max(initial=0.0))) if of_values else 1.0
    return float(np.abs(first - second).max(initial=0.0)) / scale


def sample_value(column: InputColumn, rng: random.Random, *, odd: bool) -> object:
    """Sample a value of a column: allowed by its schema, or an odd one."""
    if odd and column.nullable and rng.random() < 0.5:
        return None
    if column.kind is ColumnKind.NUMBER and column.stored_as in ("number", "text"):
        return _number(column, rng, odd=odd)
    if column.kind is ColumnKind.BOOLEAN:
        if column.stored_as == "boolean" or not column.parse:
            return rng.random() < 0.5
        text = rng.choice(sorted(column.parse.values()))
        return text if column.stored_as == "text" else float(text)
    if column.kind is ColumnKind.DATE:
        low, high = _span(column)
        moment = EPOCH + timedelta(seconds=int(rng.uniform(low, high)))
        date_format = column.parse.get("date_format")
        return moment.strftime(date_format) if date_format else moment.isoformat()
    if column.levels and not odd:
        text = rng.choice(column.levels)
        return text if column.stored_as == "text" else parse_level(text)
    if column.kind is ColumnKind.TEXT:
        return " ".join(rng.choices(WORDS, k=rng.randint(0, 20)))
    return f"never seen {rng.randint(0, 9)}"


def _number(column: InputColumn, rng: random.Random, *, odd: bool) -> float | int:
    low, high = _span(column)
    if odd:
        wide = 10 * (high - low) + 1
        return rng.choice([low, high, low - wide, high + wide, 0.0, MAX_MAGNITUDE, -MAX_MAGNITUDE])
    value = rng.uniform(low, high)
    return round(value) if isinstance(column.example, int) else value


def _span(column: InputColumn) -> tuple[float, float]:
    if column.low is None or column.high is None:
        return 0.0, 1.0
    return column.low, column.high


def parse_level(text: str) -> object:
    """Convert the text of a level to a number or boolean."""
    try:
        return float(text)
    except ValueError:
        return text == "True"
