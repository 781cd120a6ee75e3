"""opening: verified files become a fitted recipe and its schema. Both processes read them so."""

from __future__ import annotations

import json
from collections.abc import Mapping

from automl_magic.errors import ModelRefused
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.stored import parse
from automl_magic.records import RecordProblem
from automl_magic.records.schema import SCHEMA_NAME, InputSchema
from automl_magic_serving.runtime.sealed import tampered


def opened(contents: Mapping[str, bytes]) -> tuple[FittedRecipe, InputSchema]:
    """Return the model and what it takes, from files whose digests were checked.

    Raises
    ------
    ModelRefused
        If the model does not say what it takes.
    ArtifactTampered
        If a file is not what a search writes, or the schema does not fit the model.
    """
    schema = _schema(contents)
    fitted = parse(contents)
    recipe = fitted.recipe
    if (schema.task, schema.classes) != (recipe.task, recipe.classes):
        raise tampered(SCHEMA_NAME, "it says another task than the recipe")
    names = [column.name for column in schema.columns]
    if sorted(names) != sorted(recipe.used_columns):
        raise tampered(SCHEMA_NAME, "its columns are not those that the model reads")
    return fitted, schema


def _schema(contents: Mapping[str, bytes]) -> InputSchema:
    if SCHEMA_NAME not in contents:
        raise ModelRefused(
            "The model does not say what it takes.",
            why=f"It has no {SCHEMA_NAME}, which requests are checked against.",
            fix="Run the search again, and register its model: automl rerun RUN",
        )
    try:
        return InputSchema.from_json(json.loads(contents[SCHEMA_NAME]))
    except (RecordProblem, ValueError, RecursionError) as error:
        raise tampered(SCHEMA_NAME, f"it is no schema: {error}") from error
