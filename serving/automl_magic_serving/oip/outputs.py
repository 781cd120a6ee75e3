"""Convert predictions to tensors: `predict`, `predict_proba` and `prediction_id`."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.recipe.families import recipe_family
from automl_magic.recipe.families.wire import OutputTensor
from automl_magic.records.data.schema import InputSchema
from automl_magic_serving.auth.problem import HttpProblem
from automl_magic_serving.endpoint import PredictionResponse
from automl_magic_serving.oip.tensor import Tensor

PREDICTION_IDS = OutputTensor("prediction_id", "BYTES")


def output_specs(schema: InputSchema) -> tuple[OutputTensor, ...]:
    """Return the outputs of a model: those of its task, and the prediction ids."""
    return (*recipe_family(schema.task).outputs(schema), PREDICTION_IDS)


def output_names(schema: InputSchema) -> tuple[str, ...]:
    """Return the names of a model's outputs."""
    return tuple(output.name for output in output_specs(schema))


def check_outputs(schema: InputSchema, requested: Sequence[str]) -> Sequence[str]:
    """Return the requested outputs, or all if the request names none."""
    valid_names = output_names(schema)
    for name in requested:
        if name not in valid_names:
            valid_list = ", ".join(valid_names)
            raise HttpProblem(
                400,
                "unknown_output",
                f"The model has no output {str(name)[:200]!r}.",
                [{"field": "outputs", "expected": f"one of {valid_list}"}],
            )
    return requested or valid_names


def output_tensors(response: PredictionResponse, requested: Sequence[str]) -> list[Tensor]:
    """Return the tensors of the requested outputs, in that order."""
    family = recipe_family(response.schema.task)
    specs = {output.name: output for output in output_specs(response.schema)}
    n_rows = len(response.predictions)
    tensors = []
    for name in requested:
        output = specs[name]
        if output is PREDICTION_IDS:
            elements: list[object] = list(response.ids)
        else:
            elements = family.elements(output, response.predictions)
        tensors.append(Tensor(name, output.datatype, (n_rows, *output.width), elements))
    return tensors
