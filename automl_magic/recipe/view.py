"""A view: feature steps side by side, one matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from automl_magic.recipe.steps import FittedStep, step_class
from automl_magic.recipe.steps.base import State
from automl_magic.recipe.table import Table, n_rows
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import StepSpec, TaskKind


@dataclass(frozen=True)
class FittedView:
    """Feature steps that have learned from one table; their outputs stand side by side."""

    kinds: tuple[str, ...]
    steps: tuple[FittedStep, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of each output, made of column names and levels: data, never code."""
        return tuple(name for step in self.steps for name in step.names)

    @cached_property
    def categorical(self) -> tuple[int, ...]:
        """The positions of the outputs that are category codes."""
        widths = [len(step.names) for step in self.steps]
        starts = accumulate(widths, initial=0)
        return tuple(
            start + i
            for start, step in zip(starts, self.steps, strict=False)
            for i in step.categorical
        )

    def transform(self, table: Table) -> Floats:
        """Return the matrix of a table, float64 of shape (n_rows, len(names))."""
        if n_rows(table) == 0:  # scikit-learn transforms no empty tables
            return np.empty((0, len(self.names)))
        return _side_by_side([step.transform(table) for step in self.steps], n_rows(table))

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        """Return the outputs for one row; a key that is not there is a missing value."""
        outputs: list[float] = []
        for step in self.steps:
            outputs += step.transform_row(row)
        return outputs

    def to_state(self) -> State:
        """Return a JSON document and the arrays it refers to by `<step>.<name>`."""
        documents, arrays = [], {}
        for number, (kind, step) in enumerate(zip(self.kinds, self.steps, strict=True)):
            document, of_step = step.to_state()
            documents.append({"kind": kind, "learned": document, "arrays": list(of_step)})
            arrays.update({f"{number}.{name}": values for name, values in of_step.items()})
        return {"steps": documents}, arrays

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> FittedView:
        """Return the view that `to_state` described."""
        steps = []
        for number, entry in enumerate(document["steps"]):
            of_step = {name: arrays[f"{number}.{name}"] for name in entry["arrays"]}
            steps.append(step_class(entry["kind"]).from_state(entry["learned"], of_step))
        return cls(tuple(entry["kind"] for entry in document["steps"]), tuple(steps))


def in_order(specs: Sequence[StepSpec]) -> tuple[StepSpec, ...]:
    """Return the steps as they stand in a matrix: categories first, the others as they are given.

    The width of some steps is known only when they are fitted (dates, texts). With categories in
    front, the positions of their codes are known before: a standalone notebook names them.
    """
    return tuple(sorted(specs, key=lambda spec: spec.kind != "category"))


def fit_view(
    specs: Sequence[StepSpec],
    table: Table,
    target: Array | None,
    task: TaskKind,
    n_classes: int | None = None,
) -> tuple[FittedView, Floats]:
    """Fit the steps of a view, and return it with the matrix of the rows it was fitted on.

    Parameters
    ----------
    target : array of shape (n_rows,)
        Class codes (int) or values (float64), as `encode_target` gives them. None is enough where
        no step reads it.
    n_classes : int, optional
        The number of classes; by default one more than the highest code.

    Returns
    -------
    FittedView, array of float64 of shape (n_rows, n_outputs)
        The matrix differs from `transform(table)` where a step reads the target: there it is
        computed out of fold, so that a model does not learn from its own target.

    Notes
    -----
    The steps stand in the order of `in_order`, not in that of `specs`.
    """
    specs = in_order(specs)
    if n_classes is None:
        classes = target is not None and task.is_classification and len(target) > 0
        n_classes = int(target.max()) + 1 if classes and target is not None else 0
    fitted = [
        step_class(spec.kind).fit_transform(spec, table, target, task, n_classes) for spec in specs
    ]
    view = FittedView(tuple(spec.kind for spec in specs), tuple(step for step, _ in fitted))
    return view, _side_by_side([matrix for _, matrix in fitted], n_rows(table))


def _side_by_side(matrices: Sequence[Floats], rows: int) -> Floats:
    if not matrices:
        return np.empty((rows, 0))
    return np.ascontiguousarray(np.hstack(matrices))
