"""The feature steps of all views, for the values of a validated instance.

A step looks up columns by name and checks the type of every value. Validated values are known to be
numbers or None, so numbers, booleans and categories are read by position. The other steps get a
dictionary, built once for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np

from automl_magic.recipe import FittedView
from automl_magic.recipe.steps.base import FittedStep
from automl_magic.recipe.steps.boolean import BooleanStep
from automl_magic.recipe.steps.category import CategoryStep
from automl_magic.recipe.steps.number import NumberStep
from automl_magic.recipe.values import NAN, Array, Floats, category_text
from automl_magic.records import ColumnKind
from automl_magic.records.data.schema import InputSchema

Values: TypeAlias = Sequence[Any]
RowTransform: TypeAlias = Callable[[Values], Sequence[float]]

# Up to this many rows, row by row is faster than by column; plain numbers are at any size.
ROW_BY_ROW = 16


class Views:
    """The outputs of all used views, concatenated.

    Attributes
    ----------
    offsets : dict
        First output column of each view.
    width : int
        Total number of outputs.
    """

    def __init__(self, views: Mapping[str, FittedView], schema: InputSchema) -> None:
        hashed = next((view.hashed for view in views.values() if view.hashed is not None), None)
        # Personal values are hashed once for all views.
        self._hash_level = None if hashed is None else hashed.hash_level
        views = {name: replace(view, hashed=None) for name, view in views.items()}
        self._views = views
        self._names = tuple(column.name for column in schema.columns)
        self._numbers = {
            column.name
            for column in schema.columns
            if column.stored_as == "number" and column.kind is ColumnKind.NUMBER
        }
        self._indices = {name: index for index, name in enumerate(self._names)}
        self._personal = [
            (self._indices[name], name) for name in (() if hashed is None else hashed.personal)
        ]
        self.offsets: dict[str, int] = {}
        self.width = 0
        self._plain: set[str] = set()
        parts: list[RowTransform] = []
        for name, view in views.items():
            self.offsets[name] = self.width
            self.width += len(view.names)
            parts.append(self._view(view))
            if all(isinstance(step, NumberStep) and self._is_plain(step) for step in view.steps):
                self._plain.add(name)
        self._parts = parts
        self._only = parts[0] if len(parts) == 1 else None

    def slice_of(self, view: str) -> slice:
        """Return the output columns of a view."""
        start = self.offsets[view]
        return slice(start, start + len(self._views[view].names))

    def transform_row(self, values: Values) -> Sequence[float]:
        """Return the outputs of all views for one instance, of length `width`."""
        if self._personal:
            values = self._hashed(values)
        if self._only is not None:
            return self._only(values)
        outputs: list[float] = []
        for part in self._parts:
            outputs += part(values)
        return outputs

    def transform(self, rows: Sequence[Values]) -> dict[str, Floats]:
        """Return the matrix of each view, of shape (n_rows, n_outputs)."""
        matrices: dict[str, Floats] = {}
        table = None
        if self._personal:
            rows = [self._hashed(values) for values in rows]
        for (name, view), part in zip(self._views.items(), self._parts, strict=True):
            if len(rows) <= ROW_BY_ROW or name in self._plain:
                outputs = [part(values) for values in rows]
                matrices[name] = np.array(outputs, dtype=np.float64).reshape(len(rows), -1)
            else:
                table = self._table(rows) if table is None else table
                matrices[name] = view.transform(table)
        return matrices

    def _hashed(self, values: Values) -> Values:
        hashed = list(values)
        for index, name in self._personal:
            if self._hash_level is not None and (text := _text(values[index])) is not None:
                hashed[index] = self._hash_level(name, text)
        return hashed

    def _table(self, rows: Sequence[Values]) -> dict[str, Array]:
        columns = zip(*rows, strict=True)
        return {
            name: np.array(values, dtype=np.float64)  # None becomes NaN
            if name in self._numbers
            else np.fromiter(values, dtype=object, count=len(rows))
            for name, values in zip(self._names, columns, strict=True)
        }

    def _view(self, view: FittedView) -> RowTransform:
        parts = [self._step(step) for step in view.steps]
        selected = view.selected
        if len(parts) == 1 and selected is None:
            return parts[0]

        def outputs(values: Values) -> list[float]:
            row: list[float] = []
            for part in parts:
                row += part(values)
            return row if selected is None else [row[index] for index in selected]

        return outputs

    def _step(self, step: FittedStep) -> RowTransform:
        if isinstance(step, NumberStep) and self._numbers >= set(step.columns):
            return self._number(step)
        if isinstance(step, BooleanStep):
            return self._boolean(step)
        if isinstance(step, CategoryStep):
            return self._category(step)
        names, transform = self._names, step.transform_row
        return lambda values: transform(dict(zip(names, values, strict=True)))

    def _is_plain(self, step: NumberStep) -> bool:
        """Return whether the outputs are the input numbers, with NaN for None."""
        is_identity = all(
            math.isnan(scaling.fill) and (scaling.mean, scaling.spread) == (0.0, 1.0)
            for scaling in step.scalings
        )
        return is_identity and not any(step.indicators) and self._numbers >= set(step.columns)

    def _number(self, step: NumberStep) -> RowTransform:
        indices = [self._indices[name] for name in step.columns]
        if self._is_plain(step):
            if indices == list(range(len(self._names))):
                return _with_gaps
            if len(indices) > 1:
                get = itemgetter(*indices)
                return lambda values: _with_gaps(get(values))
        columns = [
            (index, s.fill, s.mean, s.spread, indicator)
            for index, s, indicator in zip(indices, step.scalings, step.indicators, strict=True)
        ]

        def outputs(values: Values) -> list[float]:
            row = []
            for index, fill, mean, spread, indicator in columns:
                value = values[index]
                row.append(((fill if value is None else value) - mean) / spread)
                if indicator:
                    row.append(1.0 if value is None else 0.0)
            return row

        return outputs

    def _boolean(self, step: BooleanStep) -> RowTransform:
        columns = []
        for name, fill in zip(step.columns, step.fills, strict=True):
            codes: dict[str | None, float] = {None: fill, step.true: 1.0}
            if step.false is not None:
                codes.setdefault(step.false, 0.0)
            columns.append((self._indices[name], codes, 0.0 if step.false is None else fill))
        return lambda values: [
            codes.get(_text(values[index]), default) for index, codes, default in columns
        ]

    def _category(self, step: CategoryStep) -> RowTransform:
        columns: list[tuple[int, dict[str | None, float]]] = [
            (self._indices[name], {level: float(code) for code, level in enumerate(levels)})
            for name, levels in zip(step.columns, step.levels, strict=True)
        ]
        return lambda values: [codes.get(_text(values[index]), NAN) for index, codes in columns]


def _with_gaps(values: Values) -> Sequence[float]:
    if None in values:
        return [NAN if value is None else value for value in values]
    return values


def _text(value: object) -> str | None:
    return value if type(value) is str or value is None else category_text(value)
