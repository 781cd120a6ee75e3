"""RecipeFamily: the part of a task family that loading and serving models needs.

Every method has a default based on the properties of the task kind, so a family that predicts
values, or labels with probabilities, needs no code of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.recipe.checking import Checker
from automl_magic.recipe.families import answers, wire
from automl_magic.recipe.families.answers import RowPrediction, Teller
from automl_magic.recipe.families.payload import Described, Payload, check_payload
from automl_magic.recipe.families.wire import Json, Output
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.data.schema import InputSchema


class RecipeFamily:
    """Validates recipes, makes predictions, and serializes them."""

    # Recipes

    def check(self, recipe: Payload) -> None:
        """Check that a recipe matches its task kind.

        Raises
        ------
        OutOfRange
            If a field isn't valid for the task kind.
        """
        check_payload(recipe)

    # Predictions

    def teller(self, recipe: Payload) -> Teller:
        """Return the function from the blend of one row to its prediction."""
        return answers.teller(recipe)

    def predictions(self, recipe: Payload, blend: Floats) -> Array:
        """Return the prediction of each row, of shape (n_rows,), from the blend of all rows."""
        return answers.predictions(recipe, blend)

    def columns(self, of: Described) -> tuple[str, ...]:
        """Return the column names of a prediction table."""
        return answers.columns(of)

    def as_columns(self, recipe: Payload, blend: Floats) -> dict[str, Array]:
        """Return the predictions for many rows as these columns, each of shape (n_rows,)."""
        return answers.as_columns(self.columns(recipe), self.predictions(recipe, blend), blend)

    # Requests and responses

    def checker(self, schema: InputSchema) -> Checker:
        """Return the validator for the instances of requests."""
        return Checker(schema)

    def outputs(self, of: Described) -> tuple[Output, ...]:
        """Return the output tensors in the Open Inference Protocol."""
        return wire.outputs(of)

    def elements(self, output: Output, predicted: Sequence[RowPrediction]) -> list[object]:
        """Return the elements of an output tensor, row by row."""
        return wire.elements(output, predicted)

    def instance(self, of: Described, prediction: RowPrediction) -> Json:
        """Return the JSON fields of one prediction in a list."""
        return wire.instance(of, prediction)

    def instance_schema(self, of: Described) -> Json:
        """Return the JSON Schema of the fields of `instance`."""
        return wire.instance_schema(of)

    def reply(self, of: Described, prediction: RowPrediction, *, probabilities: bool) -> Json:
        """Return the JSON fields of the response for a single row."""
        return wire.reply(of, prediction, probabilities=probabilities)

    def reply_schema(self) -> tuple[Json, Json]:
        """Return the JSON Schema of the fields of `reply`: the required and the optional ones."""
        return wire.reply_schema()
