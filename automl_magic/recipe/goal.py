"""goal: what a feature step learns towards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl_magic.recipe.apart import Apart, folds_of
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer, StepSpec, TaskKind


@dataclass(frozen=True)
class Goal:
    """The target of the rows that a step learns from, and how those may be divided.

    Attributes
    ----------
    target : array of shape (n_rows,) or None
        Class codes (int) or values (float64); None is enough for steps that do not read it.
    task : TaskKind
    n_classes : int
        The number of classes; 0 for a regression.
    apart : Apart or None
        Which rows are never divided; None where any may be.
    """

    target: Array | None
    task: TaskKind
    n_classes: int = 0
    apart: Apart | None = None

    def known(self, spec: StepSpec) -> Array:
        """Return the target, which a step cannot do without."""
        if self.target is None:
            raise TypeError(f"The step {spec.kind} is fitted with the encoded target.")
        return self.target

    def columns(self, spec: StepSpec) -> list[Floats]:
        """Return what is averaged: the target, or one 0/1 array per class for more than two."""
        known = self.known(spec)
        if self.task.answer is Answer.CLASSES:
            return [(known == code).astype(np.float64) for code in range(self.n_classes)]
        return [known.astype(np.float64)]

    def folds(self, spec: StepSpec, n_folds: int, seed: int) -> Array:
        """Return a fold for each row, for what is made out of fold."""
        folds = None if self.apart is None else self.apart.folds(n_folds, seed)
        return folds_of(len(self.known(spec)), n_folds, seed) if folds is None else folds

    def take(self, rows: Array) -> Goal:
        """Return the goal of some of the rows."""
        return Goal(
            None if self.target is None else self.target[rows],
            self.task,
            self.n_classes,
            None if self.apart is None else self.apart.take(rows),
        )
