"""Convert predictions to tensors: `predict`, `predict_proba` and `prediction_id`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automl_magic.recipe.families import recipe_family
from automl_magic.recipe.families.wire import Output
from automl_magic.records.data.schema import InputSchema
from automl_magic_serving.endpoint import Predicted
from automl_magic_serving.gate.problem import Problem
from automl_magic_serving.oip.tensor import Tensor

IDS = Output("prediction_id", "BYTES")


def outputs_for(schema: InputSchema) -> tuple[Output, ...]:
    """Return the outputs of a model: those of its task, and the prediction ids."""
    return (*recipe_family(schema.task).outputs(schema), IDS)


def names_of(schema: InputSchema) -> tuple[str, ...]:
    """Return the names of a model's outputs."""
    return tuple(output.name for output in outputs_for(schema))


def check_asked(schema: InputSchema, asked: Sequence[str]) -> Sequence[str]:
    """Return the requested outputs, or all if the request names none."""
    known = names_of(schema)
    for name in asked:
        if name not in known:
            shown = ", ".join(known)
            raise Problem(
                400,
                "unknown_output",
                f"The model has no output {str(name)[:200]!r}.",
                [{"field": "outputs", "expected": f"one of {shown}"}],
            )
    return asked or known


def outputs_of(predicted: Predicted, asked: Sequence[str]) -> list[Tensor]:
    """Return the tensors of the requested outputs, in that order."""
    family = recipe_family(predicted.schema.task)
    known = {output.name: output for output in outputs_for(predicted.schema)}
    n_rows = len(predicted.answers)
    tensors = []
    for name in asked:
        output = known[name]
        if output is IDS:
            elements: list[Any] = list(predicted.ids)
        else:
            elements = family.elements(output, predicted.answers)
        tensors.append(Tensor(name, output.datatype, (n_rows, *output.width), elements))
    return tensors
