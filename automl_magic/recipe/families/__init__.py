"""families: the part of a task family that loading and serving models needs. Only uses NumPy.

RecipeFamily    validates recipes, makes predictions, and serializes them
recipe_family   returns the RecipeFamily of a task kind
"""

from automl_magic.recipe.families.base import RecipeFamily
from automl_magic.recipe.families.find import recipe_family
from automl_magic.recipe.families.row_predictions import RowPrediction

__all__ = ["RecipeFamily", "RowPrediction", "recipe_family"]
