"""What every step is: fitted from a table, applied to a table or to one row, kept as state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar, Self, TypeAlias

from automl_magic.errors import PlanError, near_miss
from automl_magic.recipe.goal import Goal
from automl_magic.recipe.table import Table
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import StepSpec

State: TypeAlias = tuple[dict[str, Any], dict[str, Array]]

KINDS = {
    "number": "NumberStep",
    "boolean": "BooleanStep",
    "category": "CategoryStep",
    "one_hot": "OneHotStep",
    "target_mean": "TargetMeanStep",
    "date": "DateStep",
    "elapsed": "ElapsedStep",
    "text": "TextStep",
    "interaction": "InteractionStep",
    "cross": "CrossStep",
    "group": "GroupStep",
    "missing": "MissingStep",
}
# The piece that divides training rows once more; how depends on the split.
FOLDS = "folds"
# The code face of these steps calls functions that stand in pieces of their own.
HELPERS = {
    "interaction": ("relevance",),
    "target_mean": (FOLDS,),
    "cross": ("relevance", FOLDS, "target_mean", "strength"),
    "group": ("relevance", FOLDS, "target_mean", "strength"),
    "text": ("relevance", FOLDS),
    "select": ("relevance",),
}


class FittedStep(ABC):
    """A feature step that has learned from a table.

    `defaults` are the parameters of its spec; `reads_target` says whether a fit needs the target.
    """

    defaults: ClassVar[Mapping[str, Any]]
    reads_target: ClassVar[bool] = False

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """One name per output, made of column names and levels: data, to be shown and never run."""

    @property
    def sources(self) -> tuple[str, ...] | None:
        """The column that each output is made of; None where one is made of several columns."""
        return None

    @property
    def categorical(self) -> tuple[int, ...]:
        """The positions of the outputs that hold category codes.

        They are 0, 1, … in the order of the levels, NaN where missing or never seen in training.
        """
        return ()

    @classmethod
    @abstractmethod
    def fit(cls, spec: StepSpec, table: Table, step_target: Goal) -> Self:
        """Learn from a table, towards a goal of as many rows."""

    @classmethod
    def fit_transform(cls, spec: StepSpec, table: Table, step_target: Goal) -> tuple[Self, Floats]:
        """Learn from a table and return its own features, out of fold where that matters."""
        step = cls.fit(spec, table, step_target)
        return step, step.transform(table)

    @abstractmethod
    def transform(self, table: Table) -> Floats:
        """Return the features of a table, float64 of shape (n_rows, len(names))."""

    @abstractmethod
    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        """Return the features of one row. A key that is not there is a missing value."""

    @abstractmethod
    def to_state(self) -> State:
        """Return what was learned: a JSON document, and arrays of numbers by name."""

    @classmethod
    @abstractmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """Return the step that `to_state` described."""


def step_class(kind: str) -> type[FittedStep]:
    """Return the class of a kind of step.

    Raises
    ------
    PlanError
        If there is no such kind.
    """
    if kind not in KINDS:
        close = near_miss(kind, KINDS)
        raise PlanError(
            f"There is no feature step {kind!r}.",
            why=f"The steps are {', '.join(KINDS)}.",
            fix=f"Write {close!r} in the view." if close else "Use one of these kinds in the view.",
        )
    module = import_module(f"automl_magic.recipe.steps.{kind}")
    cls: type[FittedStep] = getattr(module, KINDS[kind])
    return cls


def params_of(spec: StepSpec, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return a step's parameters, filled up with the defaults.

    Raises
    ------
    PlanError
        If a parameter does not exist.
    """
    for name in spec.params:
        if name not in defaults:
            close = near_miss(name, defaults)
            raise PlanError(
                f"The feature step {spec.kind!r} has no parameter {name!r}.",
                why=f"Its parameters are {', '.join(defaults)}.",
                fix=f"Write {close!r} instead." if close else f"Leave {name!r} out.",
            )
    return {**defaults, **spec.params}
