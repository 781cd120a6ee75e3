"""Background rows, which explanations compare an instance with.

A model keeps no training rows, only the distribution of each column (`reference.json`). Background
rows are drawn from these distributions, each column independently.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Mapping
from datetime import timedelta

from automl_magic.recipe.values import EPOCH
from automl_magic.records import ColumnKind
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.monitoring.reference import (
    CategoricalDistribution,
    ColumnReference,
    NumericDistribution,
    Reference,
)
from automl_magic_serving.runtime.compiled.parity import parse_level, sample_value


def background_rows(
    schema: InputSchema, reference: Reference | None, n_rows: int, seed: int = 0
) -> list[list[object]]:
    """Draw rows from the training distributions, column by column.

    A column without a distribution (personal data, or a model without reference) is missing if
    the schema allows it, and otherwise drawn from the allowed values.
    """
    rng = random.Random(seed)  # noqa: S311 - sample rows, not secrets
    references: Mapping[str, ColumnReference] = {
        column.name: column for column in (reference.columns if reference else ())
    }
    return [
        [_value(column, references.get(column.name), rng) for column in schema.columns]
        for _ in range(n_rows)
    ]


def _value(column: InputColumn, reference: ColumnReference | None, rng: random.Random) -> object:
    if reference is None or reference.distribution is None:
        return None if column.nullable else sample_value(column, rng, odd=False)
    if rng.random() < reference.missing:
        return None
    if isinstance(reference.distribution, CategoricalDistribution):
        return _level(column, reference.distribution, rng)
    return _number(column, reference.distribution, rng)


def _level(
    column: InputColumn, distribution: CategoricalDistribution, rng: random.Random
) -> object:
    if not distribution.levels or rng.random() < distribution.other:
        return sample_value(column, rng, odd=False)
    text = (
        rng.choices(distribution.levels, distribution.shares)[0]
        if sum(distribution.shares) > 0
        else distribution.levels[0]
    )
    return text if column.stored_as == "text" else parse_level(text)


def _number(column: InputColumn, distribution: NumericDistribution, rng: random.Random) -> object:
    index = min(bisect_left(distribution.below, rng.random()), len(distribution.knots) - 1)
    value = distribution.knots[index]
    if column.kind is ColumnKind.DATE:
        moment = EPOCH + timedelta(seconds=value)
        date_format = column.parse.get("date_format")
        return moment.strftime(date_format) if date_format else moment.isoformat()
    if column.kind is ColumnKind.NUMBER and column.stored_as in ("number", "text"):
        return value
    return None if column.nullable else sample_value(column, rng, odd=False)
