"""group: numbers relative to the mean of their category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, MapLevel, State, step_params
from automl_magic.recipe.steps.levels import (
    check_smoothing,
    encode_levels,
    level_code_map,
    out_of_fold_means,
    smoothed_means,
    sorted_levels,
    strength,
)
from automl_magic.recipe.steps.relevance import even_rows, min_gain, relevance
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import (
    Array,
    Floats,
    as_numbers,
    as_text,
    category_text,
    map_texts,
    to_float,
)
from automl_magic.records import StepSpec

# The settings for the strength of a single category, as `target_mean` encodes it.
PRIOR, N_FOLDS, SEED = 10.0, 5, 0


@dataclass(frozen=True)
class GroupStep(FittedStep):
    """For each selected pair (category, number): the number minus its level's mean, then that mean.

    Level means are smoothed towards the overall mean, as in `target_mean`. Missing and unseen
    levels get the overall mean. Pairs are selected if the difference is more relevant for the
    target (`relevance`) than the number and than the category's mean target, by the most and by
    more than chance.

    The `base` most relevant numbers are paired with the first `base` categories. Their differences
    are ranked on at most 10,000 evenly spaced rows: 64 of them take about 0.05 s.

    Parameters of the spec
    ----------------------
    by : list of str
        The columns that are categories. The others are numbers.
    parse : mapping
        The number format of text, by column: `decimal`, `thousands`.
    base : int
        The number of numeric columns, and of categories, to pair.
    most : int
        The maximum number of pairs.
    smoothing : float
        The weight of the overall mean, in rows.
    """

    defaults: ClassVar[Mapping[str, object]] = {
        "by": [],
        "parse": {},
        "base": 8,
        "most": 10,
        "smoothing": 1.0,
    }
    reads_target: ClassVar[bool] = True

    parse: Mapping[str, Mapping[str, str]]
    levels: Mapping[str, tuple[str, ...]]
    pairs: tuple[tuple[str, str], ...]
    means: tuple[Floats, ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        params = step_params(spec, cls.defaults)
        smoothing = check_smoothing(spec, params["smoothing"])
        y = step_target.require_target(spec)
        by, numbers = _split_columns(spec, params["by"])
        parse = params["parse"]
        rows = even_rows(n_rows(table))
        sample = [as_numbers(table[name][rows], parse.get(name)) for name in numbers]
        X = np.column_stack([np.empty((len(rows), 0)), *sample])
        task, n_classes = step_target.task, step_target.n_classes
        number_relevance = dict(
            zip(numbers, relevance(X, y[rows], task, n_classes).tolist(), strict=True)
        )
        best_first = sorted(numbers, key=lambda name: -number_relevance[name])
        strongest = sorted(best_first[: params["base"]], key=numbers.index)
        values = {name: as_numbers(table[name], parse.get(name)) for name in strongest}
        levels, codes = {}, {}
        for name in by[: params["base"]]:
            texts = as_text(table[name])
            levels[name] = sorted_levels(texts)
            codes[name] = encode_levels(texts, level_code_map(levels[name]))
        candidates = [(name, number) for name in codes for number in strongest]
        if not candidates:
            return cls(parse, {}, (), ())
        means = {
            (name, number): level_means(codes[name], values[number], smoothing, len(levels[name]))
            for name, number in candidates
        }
        differences = [
            values[number][rows] - means[name, number][codes[name][rows]]
            for name, number in candidates
        ]
        targets = [step_target[rows] for step_target in step_target.target_columns(spec)]
        folds = step_target.take(rows).assign_folds(spec, N_FOLDS, SEED)
        category_strength = {
            name: strength(
                out_of_fold_means(level_codes[rows], targets, folds, PRIOR, len(levels[name])),
                targets,
            )
            for name, level_codes in codes.items()
        }
        baseline = [
            max(number_relevance[number], category_strength[name]) for name, number in candidates
        ]
        gain = relevance(np.column_stack(differences), y[rows], task, n_classes) - np.array(
            baseline
        )
        best = [k for k in np.argsort(-gain, kind="stable") if gain[k] > min_gain(len(rows))]
        pairs = tuple(candidates[k] for k in best[: params["most"]])
        used_levels = {name: levels[name] for name in dict.fromkeys(name for name, _ in pairs)}
        return cls(parse, used_levels, pairs, tuple(means[pair] for pair in pairs))

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(
            output
            for name, number in self.pairs
            for output in (f"{number} - mean of {name}", f"mean {number} of {name}")
        )

    @cached_property
    def _positions(self) -> dict[str, dict[str | None, int]]:
        return {name: level_code_map(levels) for name, levels in self.levels.items()}

    @cached_property
    def _numbers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(number for _, number in self.pairs))

    @cached_property
    def _outputs(self) -> list[list[float]]:
        return [of_level.tolist() for of_level in self.means]

    def transform(self, table: ColumnArrays) -> Floats:
        matrix = np.empty((n_rows(table), 2 * len(self.pairs)))
        numbers = {name: as_numbers(table[name], self.parse.get(name)) for name in self._numbers}
        codes = {name: map_texts(table[name], self._positions[name], 0) for name in self.levels}
        for k, ((name, number), level_mean) in enumerate(zip(self.pairs, self.means, strict=True)):
            mean = level_mean[codes[name]]
            matrix[:, 2 * k] = numbers[number] - mean
            matrix[:, 2 * k + 1] = mean
        return matrix

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        numbers = {name: to_float(row.get(name), self.parse.get(name)) for name in self._numbers}
        codes = {
            name: positions.get(category_text(row.get(name)), 0)
            for name, positions in self._positions.items()
        }
        outputs = []
        for (name, number), level_mean in zip(self.pairs, self._outputs, strict=True):
            mean = level_mean[codes[name]]
            outputs += [numbers[number] - mean, mean]
        return outputs

    def map_levels(self, map_level: MapLevel) -> Self:
        levels = {
            name: tuple(map_level(name, level) for level in names)
            for name, names in self.levels.items()
        }
        return replace(self, levels=levels)

    def to_state(self) -> State:
        document = {
            "parse": {name: dict(self.parse[name]) for name in self._numbers if name in self.parse},
            "levels": {name: list(levels) for name, levels in self.levels.items()},
            "pairs": [list(pair) for pair in self.pairs],
        }
        return document, {str(i): of_level for i, of_level in enumerate(self.means)}

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        levels = {name: tuple(levels) for name, levels in document["levels"].items()}
        pairs = tuple((name, number) for name, number in document["pairs"])
        return cls(
            document["parse"], levels, pairs, tuple(arrays[str(i)] for i in range(len(pairs)))
        )


def level_means(codes: Array, values: Floats, smoothing: float, n_levels: int) -> Floats:
    """Return the smoothed mean of the values of each code, 0 if all values are missing."""
    is_known = ~np.isnan(values)
    prior = float(values[is_known].mean()) if is_known.any() else 0.0
    return smoothed_means(codes[is_known], values[is_known], prior, smoothing, n_levels)


def _split_columns(spec: StepSpec, by: list[str]) -> tuple[list[str], list[str]]:
    """Return the categories and the numeric columns of a spec."""
    unknown = [name for name in by if name not in spec.columns]
    if unknown:
        raise PlanError(
            f"The feature step 'group' can't use by={by!r}.",
            why=f"{unknown[0]!r} isn't one of its columns.",
            fix="List every category under columns too.",
        )
    return list(by), [name for name in spec.columns if name not in by]
