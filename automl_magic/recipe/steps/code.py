"""code: the parameters and pieces of steps in a standalone notebook."""

from __future__ import annotations

from collections.abc import Iterable

from automl_magic.recipe.steps.base import FOLDS, HELPERS, step_class, step_params
from automl_magic.recipe.steps.select import DEFAULTS, SELECT
from automl_magic.records import Answer, StepSpec, TaskKind


def code_params(spec: StepSpec, task: TaskKind, n_classes: int) -> dict[str, object]:
    """Return the keyword arguments of the step's function in a standalone notebook, all literals.

    If the step uses the target, they include `n_classes`: the number of classes if there are more
    than two, otherwise 0.
    """
    defaults = DEFAULTS if spec.kind == SELECT else step_class(spec.kind).defaults
    params = step_params(spec, defaults)
    if spec.kind == SELECT:
        params["classify"] = task.has_classes
    elif step_class(spec.kind).reads_target:
        params["n_classes"] = n_classes if task.answer is Answer.CLASSES else 0
    return params


def needs_inner_folds(specs: Iterable[StepSpec]) -> bool:
    """Return whether any step computes out-of-fold features, which need inner folds."""
    return any(FOLDS in HELPERS.get(spec.kind, ()) for spec in specs)


def code_pieces(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the pieces that define the functions of these steps, in order."""
    names = (name for kind in kinds for name in (*HELPERS.get(kind, ()), kind))
    return tuple(dict.fromkeys(names))
