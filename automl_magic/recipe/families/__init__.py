"""families: what the server, and whoever reads a model, needs of a family of tasks. NumPy alone.

RecipeFamily    what a recipe may say, what an answer is made of, and how it is written down
recipe_family   from a kind of task to its family's
"""

from automl_magic.recipe.families.answers import RowPrediction
from automl_magic.recipe.families.base import RecipeFamily
from automl_magic.recipe.families.find import recipe_family

__all__ = ["RecipeFamily", "RowPrediction", "recipe_family"]
