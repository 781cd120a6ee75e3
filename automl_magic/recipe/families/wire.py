"""wire: predictions as tensors of the Open Inference Protocol and as fields of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from automl_magic.recipe.families.output_spec import HasClasses
from automl_magic.recipe.families.row_predictions import RowPrediction
from automl_magic.records.codec import json_text

PREDICT, PROBABILITIES = "predict", "predict_proba"
Json = dict[str, object]
LABEL: Json = {"type": ["string", "number", "boolean"]}
NUMBER: Json = {"type": "number"}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}


@dataclass(frozen=True)
class OutputTensor:
    """An output tensor of a model. Its shape is the number of rows, followed by `width`."""

    name: str
    datatype: str
    width: tuple[int, ...] = ()


def outputs(of: HasClasses) -> tuple[OutputTensor, ...]:
    """Return the output tensors: the predictions and, for classification, the probabilities."""
    predictions = OutputTensor(PREDICT, label_datatype(of.classes))
    if not of.task.has_probabilities:
        return (predictions,)
    return predictions, OutputTensor(PROBABILITIES, "FP64", (len(of.classes),))


def label_datatype(classes: Sequence[Any]) -> str:
    """Return the data type of the labels, or of the values for a regression."""
    kinds = {type(label) for label in classes}
    if kinds <= {bool} and kinds:
        return "BOOL"
    if kinds == {int} and all(-(2**63) <= label < 2**63 for label in classes):
        return "INT64"
    return "FP64" if kinds <= {float} else "BYTES"


def elements(output: OutputTensor, predictions: Sequence[RowPrediction]) -> list[object]:
    """Return the elements of a tensor, row by row."""
    if output.name == PROBABILITIES:
        return [share for row in predictions for share in row.probabilities or ()]
    labels = [row.prediction for row in predictions]
    if output.datatype == "BYTES":
        return [label if type(label) is str else str(label) for label in labels]
    return labels


def instance(of: HasClasses, prediction: RowPrediction) -> Json:
    """Return one prediction in a list: a label with its score, or a value."""
    if not of.task.has_probabilities:
        return {"value": prediction.prediction}
    return {"label": prediction.prediction, "score": score(of, prediction)}


def instance_schema(of: HasClasses) -> Json:
    """Return the JSON Schema of the fields of `instance`."""
    return {"label": LABEL, "score": SHARE} if of.task.has_probabilities else {"value": NUMBER}


def reply(of: HasClasses, prediction: RowPrediction, *, probabilities: bool) -> Json:
    """Return the response for a single row."""
    fields: Json = {"prediction": prediction.prediction}
    if of.task.has_probabilities:
        fields["probability"] = score(of, prediction)
        if probabilities:
            shares = zip(of.classes, prediction.probabilities or (), strict=True)
            fields["probabilities"] = {json_key(label): share for label, share in shares}
    return fields


def reply_schema() -> tuple[Json, Json]:
    """Return the JSON Schema of the fields of `reply`: the required and the optional ones."""
    by_class = {"type": "object", "additionalProperties": SHARE}
    return {"prediction": LABEL}, {"probability": SHARE, "probabilities": by_class}


def score(of: HasClasses, prediction: RowPrediction) -> float:
    """Return the probability of the predicted label. With a threshold it may be below 0.5."""
    shares = zip(of.classes, prediction.probabilities or (), strict=True)
    return next(share for label, share in shares if label == prediction.prediction)


def json_key(label: object) -> str:
    """Return a label as the key of an object, as JSON writes it."""
    return label if type(label) is str else json_text(label)
