"""RecipeFamily: the part of a task family that loading and serving models needs.

Every method has a default based on the properties of the task kind, so a family that predicts
values, or labels with probabilities, needs no code of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.recipe.families import row_predictions, wire
from automl_magic.recipe.families.output_spec import HasClasses, OutputSpec, check_output_spec
from automl_magic.recipe.families.row_predictions import RowPrediction, RowPredictor
from automl_magic.recipe.families.wire import Json, OutputTensor
from automl_magic.recipe.instance_validator import InstanceValidator
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.data.schema import InputSchema


class RecipeFamily:
    """Validates recipes, makes predictions, and serializes them."""

    # Recipes

    def check(self, recipe: OutputSpec) -> None:
        """Check that a recipe matches its task kind.

        Raises
        ------
        OutOfRange
            If a field isn't valid for the task kind.
        """
        check_output_spec(recipe)

    # Predictions

    def row_predictor(self, recipe: OutputSpec) -> RowPredictor:
        """Return the function from the blend of one row to its prediction."""
        return row_predictions.row_predictor(recipe)

    def predictions(self, recipe: OutputSpec, blend: Floats) -> Array:
        """Return the prediction of each row, of shape (n_rows,), from the blend of all rows."""
        return row_predictions.predictions(recipe, blend)

    def prediction_columns(self, of: HasClasses) -> tuple[str, ...]:
        """Return the column names of a prediction table."""
        return row_predictions.prediction_columns(of)

    def to_columns(self, recipe: OutputSpec, blend: Floats) -> dict[str, Array]:
        """Return the predictions for many rows as these columns, each of shape (n_rows,)."""
        return row_predictions.to_columns(
            self.prediction_columns(recipe), self.predictions(recipe, blend), blend
        )

    # Requests and responses

    def instance_validator(self, schema: InputSchema) -> InstanceValidator:
        """Return the validator for the instances of requests."""
        return InstanceValidator(schema)

    def outputs(self, of: HasClasses) -> tuple[OutputTensor, ...]:
        """Return the output tensors in the Open Inference Protocol."""
        return wire.outputs(of)

    def elements(self, output: OutputTensor, predicted: Sequence[RowPrediction]) -> list[object]:
        """Return the elements of an output tensor, row by row."""
        return wire.elements(output, predicted)

    def instance(self, of: HasClasses, prediction: RowPrediction) -> Json:
        """Return the JSON fields of one prediction in a list."""
        return wire.instance(of, prediction)

    def instance_schema(self, of: HasClasses) -> Json:
        """Return the JSON Schema of the fields of `instance`."""
        return wire.instance_schema(of)

    def reply(self, of: HasClasses, prediction: RowPrediction, *, probabilities: bool) -> Json:
        """Return the JSON fields of the response for a single row."""
        return wire.reply(of, prediction, probabilities=probabilities)

    def reply_schema(self) -> tuple[Json, Json]:
        """Return the JSON Schema of the fields of `reply`: the required and the optional ones."""
        return wire.reply_schema()
