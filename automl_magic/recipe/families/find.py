"""find: from a kind of task to the RecipeFamily that knows it."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from automl_magic.errors import PlanError
from automl_magic.recipe.families.base import RecipeFamily
from automl_magic.records.families import TaskKind, family_of


def recipe_family(kind: TaskKind) -> RecipeFamily:
    """Return what a family gives to those who read, serve and keep its models.

    A family that names no module for it answers as the kinds' sorts of answers say.

    Raises
    ------
    PlanError
        If the family's module cannot be imported, or holds no RECIPE_FAMILY.
    """
    family = family_of(kind)
    return RecipeFamily() if family.recipe is None else _load(family.name, family.recipe)


@cache
def _load(name: str, module: str) -> RecipeFamily:
    try:
        family_object: object = import_module(module).RECIPE_FAMILY
    except (ImportError, AttributeError) as error:
        raise PlanError(
            f"The task family {name!r} cannot be used.",
            why=f"Its module {module!r} does not give its RECIPE_FAMILY: {error}.",
            fix="Install the package of the family again, or a version that fits this one.",
        ) from error
    if not isinstance(family_object, RecipeFamily):
        raise PlanError(
            f"The task family {name!r} cannot be used.",
            why=f"RECIPE_FAMILY of {module!r} is a {type(family_object).__name__}.",
            fix="It must be a RecipeFamily.",
        )
    return family_object
