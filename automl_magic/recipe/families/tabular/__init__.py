"""tabular: a row in, a value or a label with probabilities out; what others default to."""

from __future__ import annotations

from automl_magic.recipe.families.base import RecipeFamily


class TabularRecipeFamily(RecipeFamily):
    """One table with a target column: its models are served as their kinds' answers say."""


RECIPE_FAMILY = TabularRecipeFamily()
