"""Candidate: an estimator that a cell adds to the search. Proposal: a trial to run next."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from automl_magic.errors import PlanError
from automl_magic.learn.formatting import check_choice
from automl_magic.recipe import estimators
from automl_magic.recipe.hashed_levels import HASHED_STEPS, unhashed_columns
from automl_magic.records import RecordProblem, StepSpec

BASELINE, BASELINE_VIEW = "dummy", "baseline"
EXPENSIVE_STEPS = ("target_mean", "text")


@dataclass(frozen=True)
class CandidateSpec:
    """An estimator on a view, with parameters. Its name is its key in `candidates`."""

    estimator: str
    view: str
    params: Mapping[str, object] = field(default_factory=dict)


def candidate(
    estimator: str, *, view: str, params: Mapping[str, object] | None = None
) -> CandidateSpec:
    """Create a candidate for the search.

    Parameters
    ----------
    estimator : str
        A name in `recipe.registry.estimators()`.
    view : str
        The feature view to fit on: a key of `views`.
    params : mapping, optional
        Parameters with the names of the estimator's library. Omit the number of boosting rounds,
        which early stopping finds.
    """
    return CandidateSpec(
        check_choice(estimators(), estimator, "estimator"), view, dict(params or {})
    )


@dataclass(frozen=True)
class Proposal:
    """A trial that a strategy proposes: a candidate or a variation.

    `candidate` is the name of the cell. `parent` is the number of the trial that it varies, or None
    for an unchanged candidate.
    """

    candidate: str
    estimator: str
    view: str
    params: Mapping[str, object]
    reason: str
    parent: int | None = None

    @property
    def cell_id(self) -> str:
        return "search" if self.estimator == BASELINE else f"candidate-{self.candidate}"


def read_views(views: Mapping[str, Sequence[object]]) -> dict[str, tuple[StepSpec, ...]]:
    """Return the steps of each view, given as records or JSON, and the baseline's view.

    Raises
    ------
    PlanError
        If there are no views, or a step is invalid.
    """
    if not views:
        raise PlanError(
            "There are no feature views.",
            why="`views` is empty, so candidates have no features.",
            fix="Before the search, run the cells that define the views.",
        )
    parsed = {}
    for name, steps in views.items():
        try:
            parsed[str(name)] = tuple(
                step
                if isinstance(step, StepSpec)
                else StepSpec.from_json(step, (str(name), number))
                for number, step in enumerate(steps)
            )
        except RecordProblem as problem:
            raise PlanError(
                f"A step of the view {name!r} is invalid.",
                why=f"{problem}.",
                fix='Write each step as {"kind": …, "columns": […], "params": {…}}.',
            ) from problem
    return {BASELINE_VIEW: _baseline_view(parsed), **parsed}


def check_personal_columns(
    views: Mapping[str, Sequence[StepSpec]], personal: Mapping[str, str]
) -> None:
    """Check that no step would keep values of a personal column in the model.

    Raises
    ------
    PlanError
    """
    for name, steps in views.items():
        for step in steps:
            columns = [column for column in unhashed_columns(step) if column in personal]
            if columns:
                raise PlanError(
                    f"The step {step.kind!r} of the view {name!r} can't read the column "
                    f"{columns[0]!r}.",
                    why=f"The column looks personal ({personal[columns[0]].replace('_', ' ')}), "
                    "and this step would keep its values in the model.",
                    fix=f"Use one of {', '.join(HASHED_STEPS)}, or remove the column from the "
                    "view.",
                )


def _baseline_view(views: Mapping[str, tuple[StepSpec, ...]]) -> tuple[StepSpec, ...]:
    """Return a view of one column: the baseline uses none, but each model needs a view."""
    steps = [step for view in views.values() for step in view if step.columns]
    if not steps:
        raise PlanError(
            "The feature views have no columns.",
            why="No step of a view has a column, so candidates have no features.",
            fix="Before the search, run the cells that define the views.",
        )
    cheapest = min(steps, key=lambda step: step.kind in EXPENSIVE_STEPS)
    return (dataclasses.replace(cheapest, columns=cheapest.columns[:1]),)


def check_candidates(candidates: Mapping[str, CandidateSpec], views: Mapping[str, object]) -> None:
    """Raise `PlanError` if a candidate isn't a `CandidateSpec`, or its view doesn't exist."""
    for name, candidate in candidates.items():
        if not isinstance(candidate, CandidateSpec):
            raise PlanError(
                f"{name!r} isn't a candidate.",
                why=f"It's a {type(candidate).__name__}.",
                fix=f"Use candidates[{name!r}] = learn.candidate(…) in its cell.",
            )
        check_choice(views, candidate.view, "view")
