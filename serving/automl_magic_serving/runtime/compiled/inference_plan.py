"""The inference plan: which backend predicts with each member, and up to how many rows.

A member's trees go into a graph if the results agree within 1e-6 on rows that the schema allows,
and if one row is faster. The library's own call has a higher fixed cost and a lower cost per row,
so it takes over above some number of rows, which is measured when the model is loaded.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from automl_magic.errors import ModelRefused
from automl_magic.recipe import FittedRecipe
from automl_magic.recipe.combine import blend_row_predictions, calibrate_row_probabilities
from automl_magic.recipe.document import Recipe
from automl_magic.recipe.members import FittedMember
from automl_magic.recipe.values import Floats
from automl_magic.records import Answer
from automl_magic.records.data.schema import InputSchema
from automl_magic_serving.runtime.compiled.onnx_graph import GraphOutput, OnnxGraph
from automl_magic_serving.runtime.compiled.parity import (
    TOLERANCE,
    max_difference,
    rows_at_splits,
    sample_rows,
)
from automl_magic_serving.runtime.compiled.readers import read_trees
from automl_magic_serving.runtime.compiled.trees import CannotCompile, Trees
from automl_magic_serving.runtime.compiled.views import Values, Views

T = TypeVar("T")

PARITY_ROWS = TIMED_ROWS = 64
N_TIMINGS = 5
# The recipe's own code is slow, and the members were already compared on more rows.
CHECKED_ROWS = 16
# Above this nothing is measured; batches of requests have fewer rows.
MAX_ROWS = 1_024
# Up to this many rows, row by row is faster than together.
ROW_BY_ROW = 4


@dataclass(frozen=True)
class MemberBackend:
    """The backend of a member.

    `compiled_up_to` is the maximum number of rows for its graph; 0 if its library always
    predicts. `why` is a sentence for people.
    """

    member: str
    estimator: str
    compiled_up_to: int
    why: str


@dataclass(frozen=True)
class _Group:
    """A graph, its members, and the maximum number of rows for it."""

    graph: OnnxGraph
    up_to: int
    # The index of each member in the recipe, with its graph outputs, one per seed.
    members: tuple[tuple[int, tuple[GraphOutput, ...]], ...]


@dataclass(frozen=True)
class _Candidate:
    index: int
    trees: tuple[Trees, ...]
    graph: OnnxGraph
    up_to: int
    why: str


class InferencePlan:
    """The fastest way to predict with a recipe, for any number of rows."""

    def __init__(self, fitted: FittedRecipe, schema: InputSchema) -> None:
        self._fitted, self._recipe = fitted, fitted.recipe
        self._views = Views(fitted.views, schema)
        self._weights = [spec.weight for spec in self._recipe.members]
        self._slices = [self._views.slice_of(member.spec.view) for member in fitted.members]
        rows = sample_rows(schema, PARITY_ROWS)
        self._groups, self.backends = self._choose_backends(rows)
        compiled = {index for group in self._groups for index, _ in group.members}
        self._native = [
            (index, member) for index, member in enumerate(fitted.members) if index not in compiled
        ]
        is_single = len(self._recipe.members) == 1 and self._recipe.calibration is None
        self._blend = _first if is_single else _blend_of(self._recipe, self._weights)
        self._check(rows[:CHECKED_ROWS], [column.name for column in schema.columns])
        self._seconds = self._measure(rows)

    def predict_row(self, values: Values) -> float | list[float]:
        """Return the value, or the probability of each class, for one validated instance."""
        outputs = self._views.transform_row(values)
        predictions: list[Any] = [None] * len(self._weights)
        for group in self._groups:
            sums = group.graph.row_sums(outputs)
            for index, parts in group.members:
                predictions[index] = _mean([part.predict_row(sums) for part in parts])
        for index, member in self._native:
            predictions[index] = member.predict_row(outputs[self._slices[index]])
        return self._blend(predictions)

    def predict(self, rows: Sequence[Values]) -> Floats:
        """Return values of shape (n_rows,), or probabilities of shape (n_rows, n_classes)."""
        n = len(rows)
        if n <= ROW_BY_ROW:
            return np.array([self.predict_row(values) for values in rows])
        by_view = self._views.transform(rows)
        matrices = [by_view[spec.view] for spec in self._recipe.members]
        predictions: list[Any] = [None] * len(matrices)
        groups = [group for group in self._groups if n <= group.up_to]
        if groups:
            matrix = np.hstack(list(by_view.values()))
        for group in groups:
            sums = group.graph.sums(matrix)
            for index, parts in group.members:
                predictions[index] = _mean_of([part.predict(sums) for part in parts])
        for index, member in enumerate(self._fitted.members):
            if predictions[index] is None:
                predictions[index] = member.predict(matrices[index])
        return self._fitted.combine_members(predictions)

    def estimate_seconds(self, n: int) -> float:
        """Return the estimated time in seconds for `n` rows, from measurements at load."""
        row_s, rows_s, max_rows_s = self._seconds
        if n <= TIMED_ROWS:
            return row_s + (rows_s - row_s) * (n - 1) / (TIMED_ROWS - 1)
        return rows_s + (max_rows_s - rows_s) * (n - TIMED_ROWS) / (MAX_ROWS - TIMED_ROWS)

    def _choose_backends(
        self, rows: Sequence[Values]
    ) -> tuple[list[_Group], tuple[MemberBackend, ...]]:
        outputs = np.array([self._views.transform_row(values) for values in rows], dtype=np.float64)
        candidates, backends = [], []
        for index, member in enumerate(self._fitted.members):
            try:
                candidate = self._candidate(index, member, outputs)
            except CannotCompile as reason:
                backends.append(
                    MemberBackend(
                        member.spec.name, member.spec.estimator, 0, f"{_capitalize(reason)}."
                    )
                )
                continue
            candidates.append(candidate)
            backends.append(
                MemberBackend(
                    member.spec.name, member.spec.estimator, candidate.up_to, candidate.why
                )
            )
        return self._group(candidates), tuple(backends)

    def _candidate(self, index: int, member: FittedMember, outputs: Floats) -> _Candidate:
        """Compile a member, compare it with its library, and measure for how many rows it pays.

        Raises
        ------
        CannotCompile
            If it can't be compiled, gives different results, or isn't faster for one row.
        """
        trees = tuple(read_trees(member.estimator, model) for model in member.models)
        columns = self._slices[index]
        graph = OnnxGraph(
            [(model_trees, columns.start) for model_trees in trees], self._views.width
        )

        def predict_row(row: list[float]) -> float | list[float]:
            sums = graph.row_sums(row)
            return _mean([part.predict_row(sums) for part in graph.outputs])

        def predict(outputs: Floats) -> Floats:
            sums = graph.sums(outputs)
            return _mean_of([part.predict(sums) for part in graph.outputs])

        of_values = self._recipe.task.answer is Answer.NUMBER
        with_gaps = member.estimator.allow_nan
        split = outputs.copy()
        split[:, columns] = rows_at_splits(outputs[:, columns], trees, with_gaps=with_gaps)
        for matrix in (outputs, split):
            with np.errstate(all="ignore"):  # some numbers are extreme
                own = member.predict(matrix[:, columns])
            max_error = max_difference(predict(matrix), own, of_values=of_values)
            if not max_error <= TOLERANCE:
                raise CannotCompile(
                    f"its compiled form differs by {max_error:.2g} from its library"
                )
        row_s, rows_s = _time_calls(predict_row, predict, outputs)
        own_row_s, own_rows_s = _time_calls(member.predict_row, member.predict, outputs[:, columns])
        if row_s >= own_row_s:
            raise CannotCompile(
                f"its library is faster: {_format_us(own_row_s)} per row, not {_format_us(row_s)}"
            )
        up_to = _crossing(row_s, rows_s, own_row_s, own_rows_s)
        why = (
            f"One row takes {_format_us(row_s)} compiled and {_format_us(own_row_s)} by its "
            f"library. Up to {up_to:,} rows, the compiled form is faster."
        )
        return _Candidate(index, trees, graph, up_to, why)

    def _group(self, candidates: Sequence[_Candidate]) -> list[_Group]:
        """Group members with the same input type and a similar maximum number of rows."""
        alike: dict[tuple[object, int], list[_Candidate]] = {}
        for candidate in candidates:
            key = candidate.graph.dtype, int(math.log(candidate.up_to, 4))
            alike.setdefault(key, []).append(candidate)
        groups = []
        for similar in alike.values():
            models = [
                (trees, self._slices[candidate.index].start)
                for candidate in similar
                for trees in candidate.trees
            ]
            graph = similar[0].graph if len(similar) == 1 else OnnxGraph(models, self._views.width)
            parts = iter(graph.outputs)
            members = tuple(
                (candidate.index, tuple(next(parts) for _ in candidate.trees))
                for candidate in similar
            )
            groups.append(_Group(graph, min(candidate.up_to for candidate in similar), members))
        return groups

    def _check(self, rows: Sequence[Values], names: Sequence[str]) -> None:
        """Compare the whole plan, with views and blend, with the recipe's own predictions."""
        with np.errstate(all="ignore"):
            own = [self._fitted.blend_row(dict(zip(names, row, strict=True))) for row in rows]
            single = [self.predict_row(row) for row in rows]
            batch = self.predict(rows)
        of_values = self._recipe.task.answer is Answer.NUMBER
        max_error = max(
            max_difference(predictions, own, of_values=of_values) for predictions in (single, batch)
        )
        if not max_error <= TOLERANCE:
            raise ModelRefused(
                "The model's compiled form gives different predictions.",
                why=f"On sample rows of its schema, predictions differ by {max_error:.2g}.",
                fix="Report this with the model's recipe.json and schema.json. Serve another "
                "version meanwhile.",
            )

    def _measure(self, rows: Sequence[Values]) -> tuple[float, float, float]:
        many = [rows[i % len(rows)] for i in range(MAX_ROWS)]
        return (
            min(_seconds(self.predict_row, row) for row in rows[: 2 * N_TIMINGS]),
            min(_seconds(self.predict, rows) for _ in range(N_TIMINGS)),
            _seconds(self.predict, many),
        )


def _blend_of(
    recipe: Recipe, weights: Sequence[float]
) -> Callable[[list[Any]], float | list[float]]:
    def blend(predictions: list[Any]) -> float | list[float]:
        blended = blend_row_predictions(recipe.blend, weights, predictions)
        return (
            calibrate_row_probabilities(recipe.calibration, blended)
            if isinstance(blended, list)
            else blended
        )

    return blend


def _first(predictions: list[Any]) -> float | list[float]:
    return predictions[0]


def _mean(predictions: list[Any]) -> float | list[float]:
    if len(predictions) == 1:
        return predictions[0]
    if isinstance(predictions[0], list):
        return [sum(of_class) / len(of_class) for of_class in zip(*predictions, strict=True)]
    return sum(predictions) / len(predictions)


def _mean_of(predictions: Sequence[Floats]) -> Floats:
    total = predictions[0]
    for array in predictions[1:]:
        total = total + array
    return total / len(predictions)


def _crossing(row_s: float, rows_s: float, own_row_s: float, own_rows_s: float) -> int:
    """Return up to how many rows the line through (1, row_s) and (64, rows_s) is lower."""
    slope, own_slope = rows_s - row_s, own_rows_s - own_row_s
    if slope <= own_slope:
        return MAX_ROWS
    rows = 1 + (own_row_s - row_s) * (TIMED_ROWS - 1) / (slope - own_slope)
    return max(1, min(MAX_ROWS, int(rows)))


def in_one_thread(fitted: FittedRecipe) -> FittedRecipe:
    """Return a model that predicts in one thread, for servers with a process per core."""
    members = []
    for member in fitted.members:
        models = tuple(map(member.estimator.in_one_thread, member.models))
        members.append(replace(member, models=models))
    return replace(fitted, members=tuple(members))


def _time_calls(
    predict_row: Callable[[list[float]], object],
    predict: Callable[[Floats], object],
    matrix: Floats,
) -> tuple[float, float]:
    """Return the seconds for one row and for `TIMED_ROWS`, each the minimum of some calls."""
    return (
        min(_seconds(predict_row, row) for row in matrix[: 2 * N_TIMINGS].tolist()),
        min(_seconds(predict, matrix) for _ in range(N_TIMINGS)),
    )


def _seconds(call: Callable[[T], object], argument: T) -> float:
    started = time.perf_counter()
    call(argument)
    return time.perf_counter() - started


def _format_us(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} µs"


def _capitalize(reason: Exception) -> str:
    text = str(reason)
    return text[:1].upper() + text[1:]
