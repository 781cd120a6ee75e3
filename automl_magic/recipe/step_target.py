"""step_target: the target that feature steps are fitted with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl_magic.recipe.split_groups import SplitGroups, random_folds
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer, StepSpec, TaskKind


@dataclass(frozen=True)
class StepTarget:
    """The target of the training rows of a step, and their groups.

    Attributes
    ----------
    target : array of shape (n_rows,) or None
        Class codes (int) or values (float64). None is enough for steps that don't use the target.
    task : TaskKind
    n_classes : int
        The number of classes, 0 for a regression.
    groups : Apart or None
        The rows that inner folds keep together. None: random folds.
    """

    target: Array | None
    task: TaskKind
    n_classes: int = 0
    groups: SplitGroups | None = None

    def require_target(self, spec: StepSpec) -> Array:
        """Return the target of shape (n_rows,); raise TypeError if it is None."""
        if self.target is None:
            raise TypeError(f"The step {spec.kind} needs the encoded target.")
        return self.target

    def target_columns(self, spec: StepSpec) -> list[Floats]:
        """Return the target, or one 0/1 array per class if there are more than two."""
        target = self.require_target(spec)
        if self.task.answer is Answer.CLASSES:
            return [(target == code).astype(np.float64) for code in range(self.n_classes)]
        return [target.astype(np.float64)]

    def assign_folds(self, spec: StepSpec, n_folds: int, seed: int) -> Array:
        """Return an inner fold for each row, an array of int of shape (n_rows,)."""
        folds = None if self.groups is None else self.groups.assign_folds(n_folds, seed)
        return (
            random_folds(len(self.require_target(spec)), n_folds, seed) if folds is None else folds
        )

    def take(self, rows: Array) -> StepTarget:
        """Return the target of the rows at positions `rows`."""
        return StepTarget(
            None if self.target is None else self.target[rows],
            self.task,
            self.n_classes,
            None if self.groups is None else self.groups.take(rows),
        )
