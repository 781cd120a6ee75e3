"""output_spec: the fields of a recipe that define its predictions, and their validation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from automl_magic.recipe.combine import Blend, CalibrationMethod, Calibrator
from automl_magic.records import Answer, TaskKind
from automl_magic.records.codec import OutOfRange


class HasClasses(Protocol):
    """An object with a task and its classes: a recipe, or an input schema."""

    @property
    def task(self) -> TaskKind: ...
    @property
    def classes(self) -> tuple[object, ...]: ...


class OutputSpec(HasClasses, Protocol):
    """The fields of a recipe that combine its members into a prediction."""

    @property
    def threshold(self) -> float | None: ...
    @property
    def blend(self) -> Blend: ...
    @property
    def calibration(self) -> Calibrator | None: ...


def check_output_spec(recipe: OutputSpec) -> None:
    """Check the classes, the threshold, the blend and the calibration of a recipe.

    Raises
    ------
    OutOfRange
        If a field isn't valid for the task kind.
    """
    task = recipe.task
    if not task.allows(len(recipe.classes)):
        raise OutOfRange("classes", f"the labels of a {task} task")
    if recipe.threshold is not None and not task.has_threshold:
        raise OutOfRange("threshold", "null: only two classes have a threshold")
    if recipe.blend is Blend.GEOMETRIC and not task.has_probabilities:
        raise OutOfRange("blend", "mean: only probabilities have a geometric mean")
    if recipe.calibration is not None:
        _check_calibration(recipe.calibration, task, recipe.classes)


def _check_calibration(calibration: Calibrator, task: TaskKind, classes: Sequence[object]) -> None:
    if not task.has_probabilities:
        raise OutOfRange("calibration", "null: only probabilities are calibrated")
    if calibration.method is CalibrationMethod.ISOTONIC and task.answer is not Answer.TWO_CLASSES:
        raise OutOfRange("calibration", "temperature: isotonic is for two classes")
    if len(calibration.shift) not in (0, len(classes)):
        raise OutOfRange("calibration", "one shift per class, or none")
