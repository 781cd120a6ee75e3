"""The OpenAPI document: every operation, with the schemas of the served models.

Source: OpenAPI Specification 3.1.1, https://spec.openapis.org/oas/v3.1.1.html
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from automl_magic import __version__
from automl_magic.recipe.families import recipe_family
from automl_magic.recipe.families.wire import NUMBER
from automl_magic.records.data.schema import InputColumn
from automl_magic.records.models.deployment import InputChecks
from automl_magic_serving.endpoint import Endpoint
from automl_magic_serving.http.instances import MAX_ID_LENGTH, MAX_INTEGER_ID
from automl_magic_serving.http.openapi.batch import batch_paths
from automl_magic_serving.http.openapi.columns import column_schema, example_row, row_schema
from automl_magic_serving.http.openapi.components import (
    NUMBER_OR_NULL,
    PROBLEM_SCHEMA,
    REQUEST_ID,
    TEXT_OR_NULL,
    Json,
    array_schema,
    object_schema,
    open_object_schema,
    problem_responses,
    request_body,
    response,
    schema_ref,
)
from automl_magic_serving.http.openapi.outcomes import outcome_paths
from automl_magic_serving.oip.metadata import datatype_of
from automl_magic_serving.oip.outputs import output_names

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_INT64 = {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}
_FLAGS = {"type": "object", "additionalProperties": _TEXT}
_READ_STATUSES = (401, 403, 404, 429, 431, 500, 503)
_PREDICT_STATUSES = (400, 401, 403, 404, 408, 413, 415, 422, 429, 431, 500, 503, 504)
_NOT_IN_JSON = ("shared_memory_region", "classification", "binary_data_size")
_PARAMETERS: Json = {
    "parameters": {"type": "object", "properties": dict.fromkeys(_NOT_IN_JSON, False)}
}
_OPEN: list[Json] = []


def openapi_document(serving: Sequence[Endpoint]) -> Json:
    """Return the OpenAPI document."""
    paths = {**_server(), **outcome_paths(serving)}
    schemas: Json = {"Problem": PROBLEM_SCHEMA}
    for endpoint in serving:
        schemas[f"{endpoint.name}.row"] = row_schema(endpoint.schema, endpoint.deployment.checks)
        paths |= _deployment(endpoint)
    if serving:
        paths["/v1/predict"] = {"post": _predict(serving)}
        paths |= batch_paths(serving)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "automl-magic serving",
            "version": __version__,
            "description": "Predictions over the Open Inference Protocol v2 and plain JSON.",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": name} for name in ("predict", "batch", "outcomes", "about")],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _server() -> Json:
    state = object_schema(
        {
            "model_loaded": _FLAG,
            "model": TEXT_OR_NULL,
            "version": TEXT_OR_NULL,
            "last_prediction": TEXT_OR_NULL,
            "latency_p95_ms": NUMBER_OR_NULL,
        }
    )
    health = object_schema(
        {
            "status": {"enum": ["ok", "not_ready"]},
            "model_loaded": _FLAG,
            "version": TEXT_OR_NULL,
            "last_prediction": TEXT_OR_NULL,
            "latency_p95_ms": NUMBER_OR_NULL,
            "deployments": {"type": "object", "additionalProperties": state},
        },
        {"model": TEXT_OR_NULL},
    )
    server = object_schema({"name": _TEXT, "version": _TEXT, "extensions": array_schema(_TEXT)})
    ready = object_schema({"ready": _FLAG})
    return {
        "/health": _get("health", "Server health", health, not_ready=health, is_open=True),
        "/metrics": _get("metrics", "Prometheus metrics", _TEXT, kind="text/plain", is_open=True),
        "/v2": _get("server", "Server metadata", server, is_open=True),
        "/v2/health/live": _get(
            "live", "Server liveness", object_schema({"live": _FLAG}), is_open=True
        ),
        "/v2/health/ready": _get("ready", "Server readiness", ready, not_ready=ready, is_open=True),
    }


def _deployment(endpoint: Endpoint) -> Json:
    name = endpoint.name
    base = f"/v2/models/{name}"
    versions = [str(version) for version in endpoint.serving_versions]
    version = {
        "name": "version",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": versions},
    }
    metadata, ready = _metadata(name), object_schema({"name": {"const": name}, "ready": _FLAG})
    return {
        f"/v1/inference/{name}:predict": {"post": _instances(endpoint)},
        base: _get(f"{name}.metadata", "Model metadata", metadata),
        f"{base}/ready": _get(
            f"{name}.ready", "Model readiness", ready, not_ready=ready, is_open=True
        ),
        f"{base}/infer": {"post": _infer(endpoint, name, [REQUEST_ID])},
        f"{base}/versions/{{version}}": _get(
            f"{name}.version.metadata", "Model version metadata", metadata, [version]
        ),
        f"{base}/versions/{{version}}/ready": _get(
            f"{name}.version.ready",
            "Model version readiness",
            ready,
            [version],
            not_ready=ready,
            is_open=True,
        ),
        f"{base}/versions/{{version}}/infer": {
            "post": _infer(endpoint, f"{name}.version", [REQUEST_ID, version])
        },
    }


def _instances(endpoint: Endpoint) -> Json:
    name, schema = endpoint.name, endpoint.schema
    row = schema_ref(f"{name}.row")
    integer = {"type": "integer", "minimum": -MAX_INTEGER_ID, "maximum": MAX_INTEGER_ID}
    own_id = {"anyOf": [{"type": "string", "maxLength": MAX_ID_LENGTH}, integer]}
    wrapped = object_schema(
        {"features": row}, {"id": {"anyOf": [*own_id["anyOf"], {"type": "null"}]}}
    )
    instances = array_schema({"anyOf": [row, wrapped]}, 1, endpoint.deployment.limits.rows)
    prediction_fields = recipe_family(schema.task).instance_schema(schema)
    prediction = object_schema(
        {"id": own_id, "prediction_id": _TEXT, **prediction_fields}, {"flags": _FLAGS}
    )
    fields = {
        "predictions": array_schema(prediction, 1),
        "model": _TEXT,
        "model_version": _TEXT,
        "deployment": {"const": name},
        "latency_ms": NUMBER,
    }
    example = example_row(schema)
    return {
        "operationId": f"{name}.predict",
        "tags": ["predict"],
        "summary": f"Predict {schema.target} for one or more rows",
        "parameters": [REQUEST_ID],
        "requestBody": request_body(
            object_schema({"instances": instances}), example and {"instances": [example]}
        ),
        "responses": {
            "200": response("The predictions.", object_schema(fields)),
            **problem_responses(*_PREDICT_STATUSES),
        },
    }


def _predict(serving: Sequence[Endpoint]) -> Json:
    options = object_schema({}, {"return_probabilities": _FLAG, "return_explanations": _FLAG})
    requests = [
        object_schema(
            {
                "model_id": {"enum": _ids(endpoint)},
                "features": schema_ref(f"{endpoint.name}.row"),
            },
            {"options": options},
        )
        for endpoint in serving
    ]
    families = {
        endpoint.schema.task.family: recipe_family(endpoint.schema.task) for endpoint in serving
    }
    replies = [_reply(*family.reply_schema()) for family in families.values()]
    first = serving[0]
    example = example_row(first.schema)
    return {
        "operationId": "predict",
        "tags": ["predict"],
        "summary": "Predict one row, optionally with probabilities and an explanation",
        "parameters": [REQUEST_ID],
        "requestBody": request_body(
            requests[0] if len(requests) == 1 else {"anyOf": requests},
            example
            and {
                "model_id": first.name,
                "features": example,
                "options": {"return_probabilities": True},
            },
        ),
        "responses": {
            "200": response(
                "The prediction.", replies[0] if len(replies) == 1 else {"anyOf": replies}
            ),
            **problem_responses(*_PREDICT_STATUSES),
        },
    }


def _reply(always: Json, more: Json) -> Json:
    """Return the schema of a `/v1/predict` response; a task family adds its own fields."""
    contribution = object_schema({"feature": _TEXT, "contribution": NUMBER})
    return object_schema(
        {
            **always,
            "prediction_id": _TEXT,
            "model": _TEXT,
            "model_version": _TEXT,
            "deployment": _TEXT,
            "timestamp": {"type": "string", "format": "date-time"},
            "latency_ms": NUMBER,
        },
        {**more, "explanations": array_schema(contribution), "flags": _FLAGS},
    )


def _ids(endpoint: Endpoint) -> list[str]:
    """Return the accepted values of `model_id` for a deployment."""
    model = endpoint.route.model
    return list(
        dict.fromkeys([endpoint.name, *(f"{model}/{v}" for v in endpoint.serving_versions)])
    )


def _infer(endpoint: Endpoint, operation: str, parameters: list[Json]) -> Json:
    """Describe inference of one row. The protocol also allows n rows, binary data and one table."""
    schema, checks = endpoint.schema, endpoint.deployment.checks
    tensors = [
        _input(column, checks, schema.missing.words(column.name)) for column in schema.columns
    ]
    requested_output = open_object_schema(
        {"name": {"enum": list(output_names(schema))}}, _PARAMETERS
    )
    request = open_object_schema(
        {
            "inputs": {
                "type": "array",
                "prefixItems": tensors,
                "items": False,
                "minItems": len(tensors),
                "maxItems": len(tensors),
            }
        },
        {"id": _TEXT, "outputs": array_schema(requested_output), **_PARAMETERS},
    )
    output = object_schema(
        {"name": _TEXT, "datatype": _TEXT, "shape": array_schema({"type": "integer"})},
        {"data": {"type": "array"}, "parameters": {"type": "object"}},
    )
    fields = {
        "model_name": {"const": endpoint.name},
        "model_version": _TEXT,
        "id": _TEXT,
        "outputs": array_schema(output, 1),
    }
    example = example_row(schema)
    if example is not None:
        example = {
            "inputs": [
                {
                    "name": column.name,
                    "datatype": datatype_of(column),
                    "shape": [1],
                    "data": [example.get(column.name)],
                }
                for column in schema.columns
            ]
        }
    outputs = response("The outputs.", object_schema(fields))
    binary = {"type": "string", "contentMediaType": "application/octet-stream"}
    outputs["content"]["application/octet-stream"] = {"schema": binary}
    return {
        "operationId": f"{operation}.infer",
        "tags": ["predict"],
        "summary": "Infer (Open Inference Protocol v2)",
        "description": "The schema shows one row in JSON. The protocol also allows n rows, binary "
        "tensors and, for models with only numeric columns, one tensor of shape [n, columns].",
        "parameters": parameters,
        "requestBody": request_body(request, example),
        "responses": {"200": outputs, **problem_responses(*_PREDICT_STATUSES)},
    }


def _input(column: InputColumn, checks: InputChecks, missing: Collection[str]) -> Json:
    datatype = datatype_of(column)
    kinds = {"BOOL": {"type": "boolean"}, "INT64": _INT64, "FP64": {"type": "number"}}
    element = {
        "allOf": [column_schema(column, checks, missing), kinds.get(datatype, {"type": "string"})]
    }
    return open_object_schema(
        {
            "name": {"const": column.name},
            "datatype": {"const": datatype},
            "shape": {"const": [1]},
            "data": array_schema(element, 1, 1),
        },
        _PARAMETERS,
    )


def _metadata(name: str) -> Json:
    tensor = object_schema(
        {"name": _TEXT, "datatype": _TEXT, "shape": array_schema({"type": "integer"}, 1)}
    )
    return object_schema(
        {
            "name": {"const": name},
            "versions": array_schema(_TEXT, 1),
            "platform": _TEXT,
            "inputs": array_schema(tensor, 1),
            "outputs": array_schema(tensor, 1),
        }
    )


def _get(
    operation: str,
    summary: str,
    schema: Json,
    parameters: Sequence[Json] = (),
    *,
    kind: str = "application/json",
    not_ready: Json | None = None,
    is_open: bool = False,
) -> Json:
    """Return a GET operation. `not_ready` is the schema of a 503 that isn't an error response."""
    responses: dict[str, object] = {"200": response(summary, schema, kind)}
    responses |= problem_responses(404, 431, 500) if is_open else problem_responses(*_READ_STATUSES)
    if not_ready is not None:
        responses["503"] = response("Not ready.", not_ready)
    document: Json = {
        "operationId": operation,
        "tags": ["about"],
        "summary": summary,
        "parameters": [REQUEST_ID, *parameters],
        "responses": responses,
    }
    if is_open:
        document["security"] = _OPEN
    return {"get": document}
