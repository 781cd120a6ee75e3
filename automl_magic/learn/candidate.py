"""Candidate: what a cell offers to the search. Proposal: what the search tries next."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automl_magic.errors import PlanError
from automl_magic.learn.words import one_of
from automl_magic.recipe import estimators
from automl_magic.records import RecordProblem, StepSpec

BASELINE, BASELINE_VIEW = "dummy", "baseline"
DEAR_STEPS = ("target_mean", "text")


@dataclass(frozen=True)
class Candidate:
    """An estimator on a view, with parameters. Its name is its key in `candidates`."""

    estimator: str
    view: str
    params: Mapping[str, Any] = field(default_factory=dict)


def candidate(estimator: str, *, view: str, params: Mapping[str, Any] | None = None) -> Candidate:
    """Offer an estimator to the search.

    Parameters
    ----------
    estimator : str
        A name of `recipe.registry.estimators()`.
    view : str
        The feature view it is fitted on: a key of `views`.
    params : mapping, optional
        As the estimator's own library names them; without the number of boosting rounds, which
        early stopping finds.
    """
    return Candidate(one_of(estimators(), estimator, "estimator"), view, dict(params or {}))


@dataclass(frozen=True)
class Proposal:
    """What a strategy wants tried: a candidate, as it is or varied.

    `candidate` is the name of the cell. `parent` is the number of the trial that it varies; None
    for a candidate as its cell has it.
    """

    candidate: str
    estimator: str
    view: str
    params: Mapping[str, Any]
    reason: str
    parent: int | None = None

    @property
    def cell_id(self) -> str:
        return "search" if self.estimator == BASELINE else f"candidate-{self.candidate}"


def read_views(views: Mapping[str, Sequence[Any]]) -> dict[str, tuple[StepSpec, ...]]:
    """Return the steps of each view, given as records or as their JSON, and the baseline's view.

    Raises
    ------
    PlanError
        If there is no view, or a step is not one.
    """
    if not views:
        raise PlanError(
            "There is no feature view.",
            why="`views` is empty, so no candidate has anything to learn from.",
            fix="Run the cells of the views before the search.",
        )
    read = {}
    for name, steps in views.items():
        try:
            read[str(name)] = tuple(
                step
                if isinstance(step, StepSpec)
                else StepSpec.from_json(step, (str(name), number))
                for number, step in enumerate(steps)
            )
        except RecordProblem as problem:
            raise PlanError(
                f"A step of the view {name!r} cannot be read.",
                why=f"{problem}.",
                fix='Write each step as {"kind": …, "columns": […], "params": {…}}.',
            ) from problem
    return {BASELINE_VIEW: _least(read), **read}


def _least(views: Mapping[str, tuple[StepSpec, ...]]) -> tuple[StepSpec, ...]:
    """Return a view of one column: the baseline looks at none, but a model reads a view."""
    steps = [step for view in views.values() for step in view if step.columns]
    if not steps:
        raise PlanError(
            "The feature views have no columns.",
            why="No step of a view names one, so no candidate has anything to learn from.",
            fix="Run the cells of the views before the search.",
        )
    cheapest = min(steps, key=lambda step: step.kind in DEAR_STEPS)
    return (dataclasses.replace(cheapest, columns=cheapest.columns[:1]),)


def check_candidates(candidates: Mapping[str, Candidate], views: Mapping[str, Any]) -> None:
    """Raise `PlanError` if a candidate is none, or names a view that is not there."""
    for name, offered in candidates.items():
        if not isinstance(offered, Candidate):
            raise PlanError(
                f"The candidate {name!r} is none.",
                why=f"It is a {type(offered).__name__}.",
                fix=f"Write candidates[{name!r}] = learn.candidate(…) in its cell.",
            )
        one_of(views, offered.view, "view")
