"""recipe: Recipe → FittedRecipe. The model as a JSON document, and how it is fitted and saved.

Recipe, MemberSpec     the unfitted document: feature steps, members, weights, threshold
steps, fit_view        columns → matrix, in four forms that give the same numbers
members, member        matrix → prediction, by public classes
fit_recipe             document + table → FittedRecipe: predict, predict_row
save_model, load_model FittedRecipe ↔ a folder of files with digests
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.recipe.document import MemberSpec, Recipe
    from automl_magic.recipe.fitted import FittedRecipe, fit_recipe
    from automl_magic.recipe.members import (
        FittedEstimator,
        Fold,
        IncrementalFit,
        Member,
        Range,
        member,
    )
    from automl_magic.recipe.model_io import load_model, save_model
    from automl_magic.recipe.registry import estimators
    from automl_magic.recipe.split_groups import SplitGroups, groups_of_split
    from automl_magic.recipe.step_target import StepTarget
    from automl_magic.recipe.steps import code_params
    from automl_magic.recipe.table import ColumnArrays, select_columns, take_rows
    from automl_magic.recipe.target import encode_target, label_array
    from automl_magic.recipe.view import FittedView, fit_view

__all__ = [
    "ColumnArrays",
    "FittedEstimator",
    "FittedRecipe",
    "FittedView",
    "Fold",
    "IncrementalFit",
    "Member",
    "MemberSpec",
    "Range",
    "Recipe",
    "SplitGroups",
    "StepTarget",
    "code_params",
    "encode_target",
    "estimators",
    "fit_recipe",
    "fit_view",
    "groups_of_split",
    "has_target",
    "label_array",
    "load_model",
    "member",
    "save_model",
    "select_columns",
    "take_rows",
]

_HOMES = {
    "split_groups": ("SplitGroups", "groups_of_split"),
    "document": ("MemberSpec", "Recipe"),
    "registry": ("estimators",),
    "fitted": ("FittedRecipe", "fit_recipe"),
    "step_target": ("StepTarget",),
    "members": ("Fold", "IncrementalFit", "Member", "FittedEstimator", "Range", "member"),
    "steps": ("code_params",),
    "model_io": ("load_model", "save_model"),
    "table": ("ColumnArrays", "select_columns", "take_rows"),
    "target": ("encode_target", "has_target", "label_array"),
    "view": ("FittedView", "fit_view"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"automl_magic.recipe.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
