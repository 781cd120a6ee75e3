"""`POST /v1/inference/{deployment}:predict` and `POST /v1/predict`: rows as JSON objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from automl_magic.recipe.families import recipe_family
from automl_magic_serving.endpoint import Predicted
from automl_magic_serving.gate.problem import Problem, malformed
from automl_magic_serving.oip.rows import Row, check_rows

_WRAPPED = ({"features"}, {"id", "features"})
_OPTIONS = ("return_probabilities", "return_explanations")
LONGEST_ID, LARGEST_ID = 200, 2**53


@dataclass(frozen=True, slots=True)
class Instances:
    """The rows of a request and the caller's ids; None for rows without one."""

    rows: list[Row]
    ids: list[str | int | None]


@dataclass(frozen=True, slots=True)
class Question:
    """A request to `/v1/predict`: one row, and what to return with its prediction."""

    model_id: str
    row: Row
    probabilities: bool
    explanations: bool


def read_instances(document: Any, most: int) -> Instances:
    """Parse `{"instances": [...]}`; an instance is a row, or `{"id": …, "features": row}`."""
    if type(document) is not dict or type(document.get("instances")) is not list:
        raise malformed("The body must be an object with a list `instances`.", field="instances")
    _no_others(document, ("instances",))
    instances = document["instances"]
    check_rows(len(instances), most)
    rows: list[Row] = []
    ids: list[str | int | None] = []
    for place, instance in enumerate(instances):
        if type(instance) is not dict:
            raise malformed("An instance must be an object.", field=f"instances.{place}")
        # Column values are never objects, so a row can't be mistaken for this form.
        wrapped = type(instance.get("features")) is dict and instance.keys() in _WRAPPED
        rows.append(instance["features"] if wrapped else instance)
        ids.append(_id_of(instance.get("id"), place) if wrapped else None)
    return Instances(rows, ids)


def _id_of(said: Any, place: int) -> str | int | None:
    if type(said) is float and said.is_integer():  # 1.0 is an integer in JSON
        said = int(said)
    is_short = type(said) is str and len(said) <= LONGEST_ID
    is_whole = type(said) is int and abs(said) <= LARGEST_ID
    if said is None or is_short or is_whole:
        return said
    raise malformed(
        f"An id must be a string of at most {LONGEST_ID} characters, or an integer up to 2^53.",
        field=f"instances.{place}.id",
    )


def write_predictions(name: str, instances: Instances, predicted: Predicted) -> bytes:
    """Return the response: a label with its score, or a value, for each instance."""
    schema = predicted.schema
    family = recipe_family(schema.task)
    predictions = []
    for said, own, answer, flags in zip(
        instances.ids, predicted.ids, predicted.answers, predicted.flags, strict=True
    ):
        prediction: dict[str, Any] = {"id": own if said is None else said, "prediction_id": own}
        prediction |= family.instance(schema, answer)
        if flags:
            prediction["flags"] = flags
        predictions.append(prediction)
    return orjson.dumps(
        {
            "predictions": predictions,
            "model": predicted.model,
            "model_version": str(predicted.version),
            "deployment": name,
            "latency_ms": round(predicted.latency_ms, 3),
        }
    )


def read_question(document: Any) -> Question:
    """Parse `{"model_id", "features", "options"}`."""
    if type(document) is not dict:
        raise malformed("The body must be an object.")
    _no_others(document, ("model_id", "features", "options"))
    model_id, features = document.get("model_id"), document.get("features")
    if type(model_id) is not str:
        raise malformed("`model_id` must be a string.", field="model_id")
    if type(features) is not dict:
        raise malformed("`features` must be an object.", field="features")
    options = document.get("options", {})
    if type(options) is not dict:
        raise malformed("`options` must be an object.", field="options")
    _no_others(options, _OPTIONS)
    asked = [options.get(option, False) for option in _OPTIONS]
    if not all(type(one) is bool for one in asked):
        raise malformed("Options must be true or false.", field="options")
    return Question(model_id, features, *asked)


def write_answer(name: str, question: Question, predicted: Predicted) -> bytes:
    """Return the response for one row."""
    schema = predicted.schema
    answer = predicted.answers[0]
    family = recipe_family(schema.task)
    said = family.reply(schema, answer, probabilities=question.probabilities)
    if question.explanations and predicted.explanations is not None:
        said["explanations"] = [
            {"feature": column, "contribution": contribution}
            for column, contribution in sorted(
                predicted.explanations[0].items(), key=lambda item: -abs(item[1])
            )
        ]
    if predicted.flags[0]:
        said["flags"] = predicted.flags[0]
    said |= {
        "prediction_id": predicted.ids[0],
        "model": predicted.model,
        "model_version": str(predicted.version),
        "deployment": name,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "latency_ms": round(predicted.latency_ms, 3),
    }
    return orjson.dumps(said)


def _no_others(document: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in document:
        if name not in known:
            raise Problem(
                400,
                "unknown_field",
                f"Unknown field {name[:100]!r}.",
                [{"field": name[:100], "expected": f"one of {', '.join(known)}"}],
            )
