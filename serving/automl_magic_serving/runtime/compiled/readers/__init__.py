"""readers: how the trees of a library become the common form of `trees`, one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from automl_magic.recipe.members import Member, Model
from automl_magic_serving.runtime.compiled.readers import catboost, forest, lightgbm, xgboost
from automl_magic_serving.runtime.compiled.trees import CannotCompile, Trees

# By `Member.trees`.
READERS: Mapping[str, Callable[[Model], Trees]] = {
    "xgboost": xgboost.read,
    "lightgbm": lightgbm.read,
    "catboost": catboost.read,
    "forest": forest.read,
}


def trees_of(estimator: Member, model: Model) -> Trees:
    """Return the trees of a fitted model, read as its class says.

    Raises
    ------
    CannotCompile
        If it has none, or they do what the common form cannot say.
    """
    reader = READERS.get(estimator.trees or "")
    if reader is None:
        raise CannotCompile(f"{estimator.name} consists of no trees")
    return reader(model)
