"""find: the RecipeFamily of a task kind."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from automl_magic.errors import PlanError
from automl_magic.recipe.families.base import RecipeFamily
from automl_magic.records.families import TaskKind, family_of


def recipe_family(kind: TaskKind) -> RecipeFamily:
    """Return the RecipeFamily of a task kind.

    A family without a module for it uses the defaults.

    Raises
    ------
    PlanError
        If the family's module can't be imported, or doesn't define RECIPE_FAMILY.
    """
    family = family_of(kind)
    return RecipeFamily() if family.recipe is None else _load(family.name, family.recipe)


@cache
def _load(name: str, module: str) -> RecipeFamily:
    try:
        family_object: object = import_module(module).RECIPE_FAMILY
    except (ImportError, AttributeError) as error:
        raise PlanError(
            f"Can't use the task family {name!r}.",
            why=f"Can't load RECIPE_FAMILY from its module {module!r}: {error}.",
            fix="Reinstall the package of the family, or install a compatible version.",
        ) from error
    if not isinstance(family_object, RecipeFamily):
        raise PlanError(
            f"Can't use the task family {name!r}.",
            why=f"RECIPE_FAMILY of {module!r} is a {type(family_object).__name__}.",
            fix="Make it a RecipeFamily.",
        )
    return family_object
