"""The base class of feature steps: fit on a table, transform tables and rows, save as state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, ClassVar, Self, TypeAlias

from automl_magic.errors import PlanError, closest_match
from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.table import ColumnArrays
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import StepSpec

State: TypeAlias = tuple[dict[str, Any], dict[str, Array]]
# Returns the new text of a level of a column.
MapLevel: TypeAlias = Callable[[str, str], str]

STEP_CLASSES = {
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
# The piece that makes inner folds. It depends on the split.
FOLDS = "folds"
# The code of these steps calls functions from other pieces.
HELPERS = {
    "interaction": ("relevance",),
    "target_mean": (FOLDS,),
    "cross": ("relevance", FOLDS, "target_mean", "strength"),
    "group": ("relevance", FOLDS, "target_mean", "strength"),
    "text": ("relevance", FOLDS),
    "select": ("relevance",),
}


class FittedStep(ABC):
    """A fitted feature step.

    `defaults` are the default parameters of its spec. `reads_target` is whether fitting uses the
    target.
    """

    defaults: ClassVar[Mapping[str, object]]
    reads_target: ClassVar[bool] = False

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """One name per output, made from column names and levels: data, never run as code."""

    @property
    def sources(self) -> tuple[str, ...] | None:
        """The column that each output is made from, or None if an output uses several columns."""
        return None

    @property
    def categorical(self) -> tuple[int, ...]:
        """The positions of outputs that are category codes.

        Codes are 0, 1, … in the order of the levels, and NaN for missing or unseen levels.
        """
        return ()

    @classmethod
    @abstractmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        """Fit on a table and a target with the same number of rows."""

    @classmethod
    def fit_transform(
        cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget
    ) -> tuple[Self, Floats]:
        """Fit on a table and return its features, out of fold if they use the target."""
        step = cls.fit(spec, table, step_target)
        return step, step.transform(table)

    @abstractmethod
    def transform(self, table: ColumnArrays) -> Floats:
        """Return the features of a table, float64 of shape (n_rows, len(names))."""

    @abstractmethod
    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        """Return the features of one row. Absent keys are missing values."""

    def map_levels(self, map_level: MapLevel) -> Self:
        """Return the step with another text for each level, in the same order.

        A step that keeps values of its columns overrides this method.
        """
        del map_level
        return self

    @abstractmethod
    def to_state(self) -> State:
        """Return the fitted state: a JSON document, and arrays by name."""

    @classmethod
    @abstractmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """Return the step from the result of `to_state`."""


def step_class(kind: str) -> type[FittedStep]:
    """Return the class of a kind of step.

    Raises
    ------
    PlanError
        If there is no such kind.
    """
    if kind not in STEP_CLASSES:
        close = closest_match(kind, STEP_CLASSES)
        raise PlanError(
            f"There is no feature step {kind!r}.",
            why=f"The steps are {', '.join(STEP_CLASSES)}.",
            fix=f"Use {close!r} in the view." if close else "Use one of these steps in the view.",
        )
    module = import_module(f"automl_magic.recipe.steps.{kind}")
    cls: type[FittedStep] = getattr(module, STEP_CLASSES[kind])
    return cls


def step_params(spec: StepSpec, defaults: Mapping[str, object]) -> dict[str, Any]:
    """Return a step's parameters, with defaults for those not set.

    Raises
    ------
    PlanError
        If a parameter doesn't exist.
    """
    for name in spec.params:
        if name not in defaults:
            close = closest_match(name, defaults)
            raise PlanError(
                f"The feature step {spec.kind!r} has no parameter {name!r}.",
                why=f"Its parameters are {', '.join(defaults)}.",
                fix=f"Use {close!r} instead." if close else f"Remove {name!r}.",
            )
    return {**defaults, **spec.params}
