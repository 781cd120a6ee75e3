"""members: the estimators of a blend, one file each; public classes, native files, no pickle.

A `Member` fits a matrix of a view and predicts from one; what it fits is a `Model`. Whatever others
have to know of an estimator stands on its class: see `common.base.Member`. Its code face is a piece
of a standalone notebook in `templates/notebooks/shared/model/members/`. `piece(task)` is its file,
`slots(...)` the literals for its slots. A piece defines `member(X, y, X_new)` and puts it into
`members[name]`, its view into `member_views[name]`, its share into `weights[name]`.
"""

from __future__ import annotations

from importlib import import_module

from automl_magic.errors import PlanError, near_miss
from automl_magic.recipe.members.common.averaged import FittedMember
from automl_magic.recipe.members.common.base import Member, Model
from automl_magic.recipe.members.common.growth import Fold, Growth
from automl_magic.recipe.members.common.space import Range
from automl_magic.recipe.registry import estimators, module_of

__all__ = ["FittedMember", "Fold", "Growth", "Member", "Model", "Range", "member"]


def member(estimator: str) -> Member:
    """Return the member of a name out of `estimators()`. Its library is not imported yet.

    Raises
    ------
    PlanError
        If there is no such estimator.
    """
    module = module_of(estimator)
    if module is None:
        close = near_miss(estimator, estimators())
        raise PlanError(
            f"There is no estimator {estimator!r}.",
            why=f"The estimators are {', '.join(estimators())}.",
            fix=f"Use {close!r}." if close else "Use one of these names.",
        )
    instance: Member = import_module(module).MEMBER
    return instance
