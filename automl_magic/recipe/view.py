"""view: feature steps whose outputs are joined into one matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.recipe.hashed_levels import HashedLevels
from automl_magic.recipe.split_groups import SplitGroups
from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps import FittedStep, step_class
from automl_magic.recipe.steps.base import State
from automl_magic.recipe.steps.select import SELECT, select
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import StepSpec, TaskKind


@dataclass(frozen=True)
class FittedView:
    """Fitted feature steps, whose outputs are the columns of one matrix.

    `selected` are the positions of the outputs that a `select` step kept, or None without such a
    step. `hashed` is set if the steps have the levels of personal columns as keyed hashes.
    """

    kinds: tuple[str, ...]
    steps: tuple[FittedStep, ...]
    selected: tuple[int, ...] | None = None
    hashed: HashedLevels | None = None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each output, made from column names and levels: data, never code."""
        names = tuple(name for step in self.steps for name in step.names)
        return names if self.selected is None else tuple(names[i] for i in self.selected)

    @cached_property
    def categorical(self) -> tuple[int, ...]:
        """The positions of outputs that are category codes."""
        codes = _codes(self.steps)
        if self.selected is None:
            return codes
        return tuple(new for new, old in enumerate(self.selected) if old in codes)

    def transform(self, table: ColumnArrays) -> Floats:
        """Return the matrix of a table, float64 of shape (n_rows, len(names))."""
        if n_rows(table) == 0:  # scikit-learn doesn't transform empty tables
            return np.empty((0, len(self.names)))
        if self.hashed is not None:
            table = self.hashed.hash_table(table)
        matrix = _hstack([step.transform(table) for step in self.steps], n_rows(table))
        return matrix if self.selected is None else np.ascontiguousarray(matrix[:, self.selected])

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        """Return the outputs for one row. Absent keys are missing values."""
        if self.hashed is not None:
            row = self.hashed.hash_row(row)
        outputs: list[float] = []
        for step in self.steps:
            outputs += step.transform_row(row)
        return outputs if self.selected is None else [outputs[i] for i in self.selected]

    def with_hashed_levels(self, hashed: HashedLevels) -> FittedView:
        """Return the same view with the levels of personal columns as keyed hashes."""
        steps = tuple(step.map_levels(hashed.hash_level) for step in self.steps)
        return replace(self, steps=steps, hashed=hashed)

    def to_state(self) -> State:
        """Return a JSON document and the arrays it refers to by `<step>.<name>`."""
        documents, arrays = [], {}
        for number, (kind, step) in enumerate(zip(self.kinds, self.steps, strict=True)):
            document, step_arrays = step.to_state()
            documents.append({"kind": kind, "learned": document, "arrays": list(step_arrays)})
            arrays.update({f"{number}.{name}": values for name, values in step_arrays.items()})
        return {
            "steps": documents,
            "kept": None if self.selected is None else list(self.selected),
        }, arrays

    @classmethod
    def from_state(
        cls,
        document: Mapping[str, Any],
        arrays: Mapping[str, Array],
        hashed: HashedLevels | None = None,
    ) -> FittedView:
        """Return the view from the result of `to_state`."""
        steps = []
        for number, entry in enumerate(document["steps"]):
            step_arrays = {name: arrays[f"{number}.{name}"] for name in entry["arrays"]}
            steps.append(step_class(entry["kind"]).from_state(entry["learned"], step_arrays))
        kinds = tuple(entry["kind"] for entry in document["steps"])
        selected = document["kept"]
        return cls(kinds, tuple(steps), None if selected is None else tuple(selected), hashed)


def order_steps(specs: Sequence[StepSpec]) -> tuple[StepSpec, ...]:
    """Return the steps in the order of the matrix: categories first, then the others as given.

    Some steps have an unknown width until they are fitted (dates, texts). With categories first,
    the positions of their codes are known in advance, for the standalone notebook. A `select` step
    comes last, because it selects from all outputs.
    """
    ranks = {"category": 0, SELECT: 2}
    return tuple(sorted(specs, key=lambda spec: ranks.get(spec.kind, 1)))


def separate_selection(specs: Sequence[StepSpec]) -> tuple[tuple[StepSpec, ...], StepSpec | None]:
    """Return the steps on columns in the order of the matrix, and the `select` step or None.

    Raises
    ------
    PlanError
        If there are several `select` steps.
    """
    steps = tuple(spec for spec in order_steps(specs) if spec.kind != SELECT)
    selections = [spec for spec in specs if spec.kind == SELECT]
    if len(selections) > 1:
        raise PlanError(
            f"A view has {len(selections)} 'select' steps.",
            why="A 'select' step applies to all outputs of a view, so a view can have only one.",
            fix="Keep one of them.",
        )
    return steps, selections[0] if selections else None


def fit_view(
    specs: Sequence[StepSpec],
    table: ColumnArrays,
    target: Array | None,
    task: TaskKind,
    n_classes: int | None = None,
    *,
    groups: SplitGroups | None = None,
) -> tuple[FittedView, Floats]:
    """Fit the steps of a view, and return it with the matrix of its training rows.

    Parameters
    ----------
    target : array of shape (n_rows,)
        Class codes (int) or values (float64), as from `encode_target`. None is enough if no step
        uses it.
    n_classes : int, optional
        The number of classes. Default: the highest code plus one.
    groups : Apart, optional
        The rows that inner folds keep together. Default: random folds.

    Returns
    -------
    FittedView, array of float64 of shape (n_rows, n_outputs)
        Outputs made from the target are computed out of fold, so they differ from
        `transform(table)`, and no row sees its own target.

    Notes
    -----
    The steps are in the order of `order_steps`, not in the order of `specs`.
    """
    steps, selection = separate_selection(specs)
    if n_classes is None:
        classes = target is not None and task.has_classes and len(target) > 0
        n_classes = int(target.max()) + 1 if classes and target is not None else 0
    step_target = StepTarget(target, task, n_classes, groups)
    pairs = [step_class(spec.kind).fit_transform(spec, table, step_target) for spec in steps]
    fitted = tuple(step for step, _ in pairs)
    matrix = _hstack([of_step for _, of_step in pairs], n_rows(table))
    selected = None
    if selection is not None:
        selected = select(selection, matrix, step_target, _codes(fitted))
        matrix = np.ascontiguousarray(matrix[:, selected])
    return FittedView(tuple(spec.kind for spec in steps), fitted, selected), matrix


def _codes(steps: Sequence[FittedStep]) -> tuple[int, ...]:
    starts = accumulate((len(step.names) for step in steps), initial=0)
    return tuple(
        start + i for start, step in zip(starts, steps, strict=False) for i in step.categorical
    )


def _hstack(matrices: Sequence[Floats], rows: int) -> Floats:
    if not matrices:
        return np.empty((rows, 0))
    return np.ascontiguousarray(np.hstack(matrices))
