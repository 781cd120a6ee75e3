"""Answers become tensors: `predict`, `predict_proba` and `prediction_id`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automl_magic.records.data.schema import InputSchema
from automl_magic_serving.endpoint import Predicted
from automl_magic_serving.gate.problem import Problem
from automl_magic_serving.oip.tensor import Tensor

PREDICT, PROBABILITIES, IDS = "predict", "predict_proba", "prediction_id"


def names_of(schema: InputSchema) -> tuple[str, ...]:
    """Return the names of a model's outputs. A regression has no probabilities."""
    return (PREDICT, PROBABILITIES, IDS) if schema.classes else (PREDICT, IDS)


def label_datatype(classes: Sequence[Any]) -> str:
    """Return the data type of the labels; that of the values where there are no classes."""
    kinds = {type(label) for label in classes}
    if kinds <= {bool} and kinds:
        return "BOOL"
    if kinds == {int} and all(-(2**63) <= label < 2**63 for label in classes):
        return "INT64"
    return "FP64" if kinds <= {float} else "BYTES"


def check_asked(schema: InputSchema, asked: Sequence[str]) -> Sequence[str]:
    """Return the outputs that a request asks for; all of them where it names none."""
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
    """Return the tensors of the outputs that were asked for, in that order."""
    answers, classes = predicted.answers, predicted.schema.classes
    n_rows = len(answers)
    tensors = []
    for name in asked:
        if name == PREDICT:
            datatype = label_datatype(classes)
            labels = [answer.prediction for answer in answers]
            if datatype == "BYTES":
                labels = [label if type(label) is str else str(label) for label in labels]
            tensors.append(Tensor(name, datatype, (n_rows,), labels))
        elif name == PROBABILITIES:
            flat = [share for answer in answers for share in answer.probabilities or ()]
            tensors.append(Tensor(name, "FP64", (n_rows, len(classes)), flat))
        else:
            tensors.append(Tensor(name, "BYTES", (n_rows,), list(predicted.ids)))
    return tensors
