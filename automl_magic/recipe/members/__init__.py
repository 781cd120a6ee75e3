"""members: the estimators of a blend, one file each, with public classes and native file formats.

A `Member` is fitted on the matrix of a view, which gives a `FittedEstimator`, and predicts with it.
All properties of an estimator are on its class; see `common.base.Member`. Its code for the
standalone notebook is a piece in `templates/notebooks/shared/model/members/`: `piece(task)` is the
file, `slots(...)` are the literals for its slots. A piece defines `member(X, y, seed)` and stores
it in `members[name]`, its view in `member_views[name]`, and its weight in `weights[name]`.
"""

from __future__ import annotations

from importlib import import_module

from automl_magic.errors import PlanError, closest_match
from automl_magic.recipe.members.common.base import FittedEstimator, Member
from automl_magic.recipe.members.common.fitted_member import FittedMember
from automl_magic.recipe.members.common.incremental_fit import Fold, IncrementalFit
from automl_magic.recipe.members.common.space import Range
from automl_magic.recipe.registry import estimators, module_of

__all__ = ["FittedEstimator", "FittedMember", "Fold", "IncrementalFit", "Member", "Range", "member"]


def member(estimator: str) -> Member:
    """Return the member for a name from `estimators()`, without importing its library.

    Raises
    ------
    PlanError
        If there is no such estimator.
    """
    module = module_of(estimator)
    if module is None:
        close = closest_match(estimator, estimators())
        raise PlanError(
            f"There is no estimator {estimator!r}.",
            why=f"The estimators are {', '.join(estimators())}.",
            fix=f"Use {close!r}." if close else "Use one of these estimators.",
        )
    instance: Member = import_module(module).MEMBER
    return instance
