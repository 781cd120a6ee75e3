"""`POST /v1/inference/{deployment}:predict` and `POST /v1/predict`: rows as JSON objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from automl_magic.recipe.families import recipe_family
from automl_magic_serving.auth.problem import HttpProblem, malformed_error
from automl_magic_serving.endpoint import PredictionResponse
from automl_magic_serving.oip.rows import Row, check_rows

_WRAPPED_KEYS = ({"features"}, {"id", "features"})
_OPTIONS = ("return_probabilities", "return_explanations")
MAX_ID_LENGTH, MAX_INTEGER_ID = 200, 2**53


@dataclass(frozen=True, slots=True)
class InstancesRequest:
    """The rows of a request and the caller's ids; None for rows without one."""

    rows: list[Row]
    ids: list[str | int | None]


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """A request to `/v1/predict`: one row, and what to return with its prediction."""

    model_id: str
    row: Row
    probabilities: bool
    explanations: bool


def read_instances(document: object, limit: int) -> InstancesRequest:
    """Parse `{"instances": [...]}`; an instance is a row, or `{"id": …, "features": row}`."""
    if type(document) is not dict or type(document.get("instances")) is not list:
        raise malformed_error(
            "The body must be an object with a list `instances`.", field="instances"
        )
    _reject_unknown_fields(document, ("instances",))
    instances = document["instances"]
    check_rows(len(instances), limit)
    rows: list[Row] = []
    ids: list[str | int | None] = []
    for index, instance in enumerate(instances):
        if type(instance) is not dict:
            raise malformed_error("An instance must be an object.", field=f"instances.{index}")
        # Column values are never objects, so a row can't be mistaken for this form.
        is_wrapped = type(instance.get("features")) is dict and instance.keys() in _WRAPPED_KEYS
        rows.append(instance["features"] if is_wrapped else instance)
        ids.append(_check_id(instance.get("id"), index) if is_wrapped else None)
    return InstancesRequest(rows, ids)


def _check_id(value: Any, index: int) -> str | int | None:
    if type(value) is float and value.is_integer():  # 1.0 is an integer in JSON
        value = int(value)
    is_short_text = type(value) is str and len(value) <= MAX_ID_LENGTH
    is_integer = type(value) is int and abs(value) <= MAX_INTEGER_ID
    if value is None or is_short_text or is_integer:
        return value
    raise malformed_error(
        f"An id must be a string of at most {MAX_ID_LENGTH} characters, or an integer up to 2^53.",
        field=f"instances.{index}.id",
    )


def write_predictions(
    name: str, instances: InstancesRequest, response: PredictionResponse
) -> bytes:
    """Return the response: a label with its score, or a value, for each instance."""
    schema = response.schema
    family = recipe_family(schema.task)
    predictions = []
    for caller_id, prediction_id, row_prediction, flags in zip(
        instances.ids, response.ids, response.predictions, response.flags, strict=True
    ):
        prediction: dict[str, object] = {
            "id": prediction_id if caller_id is None else caller_id,
            "prediction_id": prediction_id,
        }
        prediction |= family.instance(schema, row_prediction)
        if flags:
            prediction["flags"] = flags
        predictions.append(prediction)
    return orjson.dumps(
        {
            "predictions": predictions,
            "model": response.model,
            "model_version": str(response.version),
            "deployment": name,
            "latency_ms": round(response.latency_ms, 3),
        }
    )


def read_predict_request(document: object) -> PredictRequest:
    """Parse `{"model_id", "features", "options"}`."""
    if type(document) is not dict:
        raise malformed_error("The body must be an object.")
    _reject_unknown_fields(document, ("model_id", "features", "options"))
    model_id, features = document.get("model_id"), document.get("features")
    if type(model_id) is not str:
        raise malformed_error("`model_id` must be a string.", field="model_id")
    if type(features) is not dict:
        raise malformed_error("`features` must be an object.", field="features")
    options = document.get("options", {})
    if type(options) is not dict:
        raise malformed_error("`options` must be an object.", field="options")
    _reject_unknown_fields(options, _OPTIONS)
    flags = [options.get(option, False) for option in _OPTIONS]
    if not all(type(flag) is bool for flag in flags):
        raise malformed_error("Options must be true or false.", field="options")
    return PredictRequest(model_id, features, *flags)


def write_predict_response(
    name: str, request: PredictRequest, response: PredictionResponse
) -> bytes:
    """Return the response for one row."""
    schema = response.schema
    row_prediction = response.predictions[0]
    family = recipe_family(schema.task)
    document = family.reply(schema, row_prediction, probabilities=request.probabilities)
    if request.explanations and response.explanations is not None:
        document["explanations"] = [
            {"feature": column, "contribution": contribution}
            for column, contribution in sorted(
                response.explanations[0].items(), key=lambda item: -abs(item[1])
            )
        ]
    if response.flags[0]:
        document["flags"] = response.flags[0]
    document |= {
        "prediction_id": response.ids[0],
        "model": response.model,
        "model_version": str(response.version),
        "deployment": name,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "latency_ms": round(response.latency_ms, 3),
    }
    return orjson.dumps(document)


def _reject_unknown_fields(document: Mapping[str, object], valid_names: Sequence[str]) -> None:
    for name in document:
        if name not in valid_names:
            raise HttpProblem(
                400,
                "unknown_field",
                f"Unknown field {name[:100]!r}.",
                [{"field": name[:100], "expected": f"one of {', '.join(valid_names)}"}],
            )
