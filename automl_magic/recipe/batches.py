"""batches: predictions for many rows, and how the text of a batch is read.

Batches of a file are read one by one, so the training data decides how text is read: whether `1`
and `1.0` are the same number or two different texts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from automl_magic.recipe.families import recipe_family
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.levels import column_levels
from automl_magic.recipe.table import TableLike
from automl_magic.recipe.values import NUMBER, Array, category_text
from automl_magic.records import ColumnKind
from automl_magic.records.data.schema import InputSchema

BOOLEAN_TEXTS = frozenset({"True", "False"})
# For a name that a column of the model has too, such as a feature called `prediction`.
OWN_PREFIX = "model_"


def prediction_columns(model: FittedRecipe) -> tuple[str, ...]:
    """Return the column names of `predict_table`: the prediction, then each class's probability.

    A name that a feature or the target also has gets the prefix `model_`, so that a table can have
    both columns.
    """
    recipe = model.recipe
    input_names = {recipe.target, *recipe.columns, *recipe.used_columns}
    names = recipe_family(recipe.task).prediction_columns(recipe)
    return tuple(_free_name(name, input_names) for name in names)


def _free_name(name: str, input_names: Collection[str]) -> str:
    while name in input_names:
        name = OWN_PREFIX + name
    return name


def predict_table(model: FittedRecipe, table: TableLike) -> dict[str, Array]:
    """Return the predictions for a table, by the names of `prediction_columns`, each of shape
    (n_rows,).

    The values must be as in the training table; see `FittedRecipe.read`.

    Parameters
    ----------
    table : DataFrame or mapping of columns
        Contains the columns of the recipe. Other columns are ignored.

    Raises
    ------
    DataError
        If a column is missing.
    """
    columns = recipe_family(model.recipe.task).to_columns(model.recipe, model.blend(table))
    return dict(zip(prediction_columns(model), columns.values(), strict=True))


def column_storage(model: FittedRecipe, schema: InputSchema | None = None) -> dict[str, str]:
    """Return how each column of a recipe was stored in training, as in `InputColumn.stored_as`.

    Without a schema it is inferred from the levels: a column counts as numeric if all its training
    levels look like numbers.
    """
    if schema is not None:
        return {column.name: column.stored_as for column in schema.columns}
    documents = [step.to_state()[0] for view in model.views.values() for step in view.steps]
    levels, parsed = column_levels(model.views), _parsed(documents)
    return {
        name: "text" if name in parsed else _stored_as(kind, levels.get(name, set()))
        for name, kind in model.recipe.columns.items()
    }


def _parsed(documents: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the columns with numbers stored as text, which have their own decimal sign."""
    parsed: set[str] = set()
    for document in documents:
        rule = document.get("parse") or {}
        by_column = any(isinstance(value, Mapping) for value in rule.values())
        parsed.update(rule if by_column else document["columns"] if rule else ())
    return parsed


def _stored_as(kind: str, levels: Collection[str]) -> str:
    if kind == ColumnKind.NUMBER:
        return "number"
    if levels and set(levels) <= BOOLEAN_TEXTS:
        return "boolean"
    return "number" if levels and all(map(_is_number, levels)) else "text"


def _is_number(text: str) -> bool:
    return (
        NUMBER.fullmatch(text) is not None
        and math.isfinite(float(text))
        and category_text(float(text)) == text
    )
