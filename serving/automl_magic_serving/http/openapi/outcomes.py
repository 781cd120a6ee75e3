"""`/v1/outcomes` in the OpenAPI document: the labels and numbers of the served models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.recipe.values import MAX_MAGNITUDE
from automl_magic_serving.endpoint import Endpoint
from automl_magic_serving.http.openapi.columns import boolean_options
from automl_magic_serving.http.openapi.components import (
    REQUEST_ID,
    Json,
    array_schema,
    object_schema,
    problem_responses,
    request_body,
    response,
)
from automl_magic_serving.http.outcomes import MAX_OUTCOMES

_PREDICTION_ID = {"type": "string", "pattern": "^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$"}
_NUMBERS: list[Json] = [
    {"type": "number", "minimum": -MAX_MAGNITUDE, "maximum": MAX_MAGNITUDE},
    {"type": "string", "pattern": "^-?[0-9]{1,6}([.][0-9]{1,6})?$"},
]


def outcome_paths(serving: Sequence[Endpoint]) -> Json:
    """Return the path of outcomes. An outcome is valid if it's one for any of the deployments."""
    readers = [endpoint.outcome_reader for endpoint in serving]
    single = object_schema({"prediction_id": _PREDICTION_ID, "outcome": _outcome_schema(readers)})
    multiple = object_schema({"outcomes": array_schema(single, 1, MAX_OUTCOMES)})
    label = readers[0].classes[-1] if readers and readers[0].classes else 12.5
    example = {"prediction_id": "0199d2f0a1c07f1e8c2b3d4e5f60718a", "outcome": label}
    operation = {
        "operationId": "outcomes",
        "tags": ["outcomes"],
        "summary": "Report outcomes of predictions",
        "parameters": [REQUEST_ID],
        "requestBody": request_body({"oneOf": [single, multiple]}, example),
        "responses": {
            "202": response(
                "The outcomes are stored.", object_schema({"accepted": {"type": "integer"}})
            ),
            **problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 431, 500, 503),
        },
    }
    return {"/v1/outcomes": {"post": operation}}


def _outcome_schema(readers: Iterable[OutcomeReader]) -> Json:
    options: list[Json] = []
    for reader in readers:
        if not reader.classes:
            options += _NUMBERS
        elif reader.booleans is not None:
            options += boolean_options(reader.booleans)
        else:
            options.append({"enum": list(reader.classes)})
    return {"anyOf": options} if options else {"type": ["string", "number", "boolean"]}
