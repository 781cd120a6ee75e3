"""readers: convert the trees of a library to the common form of `trees`, one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from automl_magic.recipe.members import FittedEstimator, Member
from automl_magic_serving.runtime.compiled.readers import catboost, forest, lightgbm, xgboost
from automl_magic_serving.runtime.compiled.trees import CannotCompile, Trees

# By `Member.trees`.
READERS: Mapping[str, Callable[[FittedEstimator], Trees]] = {
    "xgboost": xgboost.read,
    "lightgbm": lightgbm.read,
    "catboost": catboost.read,
    "forest": forest.read,
}


def read_trees(estimator: Member, model: FittedEstimator) -> Trees:
    """Return the trees of a fitted model, by the reader of its estimator.

    Raises
    ------
    CannotCompile
        If it has no trees, or the common form can't represent them.
    """
    reader = READERS.get(estimator.tree_format or "")
    if reader is None:
        raise CannotCompile(f"{estimator.name} has no trees")
    return reader(model)
