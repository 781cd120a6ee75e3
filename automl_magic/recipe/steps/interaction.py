"""interaction: selected sums, differences, products and ratios of pairs of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, State, step_params
from automl_magic.recipe.steps.relevance import even_rows, min_gain, relevance, relevance_of_sums
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import MAX_MAGNITUDE, NAN, Array, Floats, as_numbers, to_float
from automl_magic.records import StepSpec

SIGNS = ("+", "-", "*", "/")


@dataclass(frozen=True)
class InteractionStep(FittedStep):
    """Pairs of numbers combined by +, -, * or /, if that predicts the target better than each.

    The `base` most relevant columns are paired, in the given order. At most `most` combinations are
    selected: those that gain the most relevance over their two columns, and more than chance
    (`relevance.margin`). A product or a ratio has to beat the best weighted sum of the two ranks,
    which a model finds anyway. A sum or a difference has to beat each of the two. Results are NaN
    for missing values, division by 0, and numbers out of float32 range.

    At most 2 · base · (base - 1) combinations are ranked, on at most 10,000 evenly spaced rows:
    180 of them take about 0.1 s.

    Parameters of the spec
    ----------------------
    parse : mapping
        The number format of text, by column: `decimal`, `thousands`.
    base : int
        The number of columns to pair.
    most : int
        The maximum number of combinations.
    """

    defaults: ClassVar[Mapping[str, object]] = {"parse": {}, "base": 10, "most": 20}
    reads_target: ClassVar[bool] = True

    parse: Mapping[str, Mapping[str, str]]
    pairs: tuple[tuple[str, str, str], ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        params = step_params(spec, cls.defaults)
        rows = even_rows(n_rows(table))
        y = step_target.require_target(spec)[rows]
        parse = params["parse"]
        X = np.column_stack(
            [as_numbers(table[name][rows], parse.get(name)) for name in spec.columns]
        )
        single = relevance(X, y, step_target.task, step_target.n_classes)
        strongest = sorted(np.argsort(-single, kind="stable")[: params["base"]].tolist())
        candidates = [(i, sign, j) for i, j in combinations(strongest, 2) for sign in SIGNS]
        if not candidates:
            return cls(parse, ())
        results = np.column_stack(
            [combine_columns(X[:, i], sign, X[:, j]) for i, sign, j in candidates]
        )
        sums = relevance_of_sums(
            X, y, step_target.task, step_target.n_classes, [(i, j) for i, _, j in candidates]
        )
        baseline = np.array(
            [
                sum_relevance if sign in "*/" else max(single[i], single[j])
                for (i, sign, j), sum_relevance in zip(candidates, sums, strict=True)
            ]
        )
        gain = relevance(results, y, step_target.task, step_target.n_classes) - baseline
        best = [k for k in np.argsort(-gain, kind="stable") if gain[k] > min_gain(len(rows))]
        names = spec.columns
        pairs = ((names[candidates[k][0]], candidates[k][1], names[candidates[k][2]]) for k in best)
        return cls(parse, tuple(pairs)[: params["most"]])

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{left} {sign} {right}" for left, sign, right in self.pairs)

    @cached_property
    def used(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for left, _, right in self.pairs for name in (left, right)))

    def transform(self, table: ColumnArrays) -> Floats:
        matrix = np.empty((n_rows(table), len(self.pairs)))
        numbers = {name: as_numbers(table[name], self.parse.get(name)) for name in self.used}
        for position, (left, sign, right) in enumerate(self.pairs):
            matrix[:, position] = combine_columns(numbers[left], sign, numbers[right])
        return matrix

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        numbers = {name: to_float(row.get(name), self.parse.get(name)) for name in self.used}
        return [
            combine_numbers(numbers[left], sign, numbers[right]) for left, sign, right in self.pairs
        ]

    def to_state(self) -> State:
        parse = {name: dict(self.parse[name]) for name in self.used if name in self.parse}
        return {"parse": parse, "pairs": [list(pair) for pair in self.pairs]}, {}

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:  # noqa: ARG003
        pairs = ((left, sign, right) for left, sign, right in document["pairs"])
        return cls(document["parse"], tuple(pairs))


def combine_columns(left: Floats, sign: str, right: Floats) -> Floats:
    """Combine two columns of shape (n_rows,); NaN if a result isn't finite."""
    with np.errstate(all="ignore"):
        match sign:
            case "+":
                values = left + right
            case "-":
                values = left - right
            case "*":
                values = left * right
            case _:
                values = left / right
        return np.where(np.abs(values) <= MAX_MAGNITUDE, values, NAN)


def combine_numbers(left: float, sign: str, right: float) -> float:
    """Combine two numbers; see `combine_columns`."""
    if sign == "+":
        value = left + right
    elif sign == "-":
        value = left - right
    elif sign == "*":
        value = left * right
    else:
        value = left / right if right else NAN
    return value if abs(value) <= MAX_MAGNITUDE else NAN
