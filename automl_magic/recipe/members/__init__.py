"""members: the estimators of a blend, one file each; public classes, native files, no pickle.

A `Member` fits a matrix of a view and predicts from one; what it fits is a `Model`. Its code face
is a piece of a standalone notebook in `templates/notebooks/shared/model/members/`. `piece(task)`
is its file, `slots(...)` the literals for its slots. A piece defines `member(X, y, X_new)` and puts
it into `members[name]`, its view into `member_views[name]`, its share into `weights[name]`.
"""

from __future__ import annotations

from importlib import import_module

from automl_magic.errors import PlanError, near_miss
from automl_magic.recipe.document import ESTIMATORS, estimators
from automl_magic.recipe.members.averaged import FittedMember
from automl_magic.recipe.members.base import Member, Model
from automl_magic.recipe.members.growth import Fold, Growth
from automl_magic.records.families import families

__all__ = ["FittedMember", "Fold", "Growth", "Member", "Model", "is_random", "member"]

# What they fit does not depend on a seed.
_NOT_RANDOM = ("dummy", "linear")


def member(estimator: str) -> Member:
    """Return the member of a name out of `recipe.document.estimators()`; its library is imported.

    Raises
    ------
    PlanError
        If there is no such estimator.
    """
    found: Member = import_module(_module(estimator)).MEMBER
    return found


def _module(estimator: str) -> str:
    if estimator in ESTIMATORS:
        return f"automl_magic.recipe.members.{estimator}"
    for family in families():
        if estimator in family.estimators:
            return family.estimators[estimator]
    close = near_miss(estimator, estimators())
    raise PlanError(
        f"There is no estimator {estimator!r}.",
        why=f"The estimators are {', '.join(estimators())}.",
        fix=f"Use {close!r}." if close else "Use one of these names.",
    )


def is_random(estimator: str) -> bool:
    """Say whether fits of an estimator with different seeds differ."""
    return estimator not in _NOT_RANDOM
