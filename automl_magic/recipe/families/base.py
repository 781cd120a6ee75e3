"""RecipeFamily: what the server, and whoever reads a model, needs of a family of tasks.

Every method has a default that goes by what the kind of task can do, so a family whose answers are
a value, or a label with probabilities, needs no line of its own.
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
    """What a recipe may say, what an answer is made of, and how both travel."""

    # What a recipe may say

    def check(self, recipe: Payload) -> None:
        """Check what a recipe says of its task.

        Raises
        ------
        OutOfRange
            If its kind of task does not have what it says.
        """
        check_payload(recipe)

    # What an answer is made of

    def teller(self, recipe: Payload) -> Teller:
        """Return what makes a prediction of what was computed for one row."""
        return answers.teller(recipe)

    def predictions(self, recipe: Payload, blend: Floats) -> Array:
        """Return the prediction of each row, of what was computed for all of them."""
        return answers.predictions(recipe, blend)

    def columns(self, of: Described) -> tuple[str, ...]:
        """Return the names of the columns in a table of answers."""
        return answers.columns(of)

    def as_columns(self, recipe: Payload, blend: Floats) -> dict[str, Array]:
        """Return the answers to many rows as such columns, each of shape (n_rows,)."""
        return answers.as_columns(self.columns(recipe), self.predictions(recipe, blend), blend)

    # How a request is checked, and an answer written

    def checker(self, schema: InputSchema) -> Checker:
        """Return what checks the instances of requests."""
        return Checker(schema)

    def outputs(self, of: Described) -> tuple[Output, ...]:
        """Return the tensors in which the Open Inference Protocol has the answers."""
        return wire.outputs(of)

    def elements(self, output: Output, predicted: Sequence[RowPrediction]) -> list[object]:
        """Return the elements of one of these tensors, row by row."""
        return wire.elements(output, predicted)

    def instance(self, of: Described, prediction: RowPrediction) -> Json:
        """Return the fields of one answer among several."""
        return wire.instance(of, prediction)

    def instance_schema(self, of: Described) -> Json:
        """Return these fields as JSON Schema."""
        return wire.instance_schema(of)

    def reply(self, of: Described, prediction: RowPrediction, *, probabilities: bool) -> Json:
        """Return the fields of the answer to a question about one row."""
        return wire.reply(of, prediction, probabilities=probabilities)

    def reply_schema(self) -> tuple[Json, Json]:
        """Return these fields as JSON Schema: those always there, and the others."""
        return wire.reply_schema()
