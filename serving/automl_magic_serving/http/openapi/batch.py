"""The batch operations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from automl_magic_serving.endpoint import Endpoint
from automl_magic_serving.http.batch.jobs import Status
from automl_magic_serving.http.batch.upload import FILE_FORMATS, MEDIA_TYPES
from automl_magic_serving.http.openapi.columns import example_row
from automl_magic_serving.http.openapi.components import (
    REQUEST_ID,
    TEXT_OR_NULL,
    Json,
    array_schema,
    object_schema,
    problem_responses,
    response,
)

_PATH = "/v1/batch-predict"
_TEXT = {"type": "string"}
_FORMAT = {"enum": list(FILE_FORMATS)}
_JOB_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}
_JOB = object_schema(
    {
        "id": _TEXT,
        "status": {"enum": [status.value for status in Status]},
        "deployment": _TEXT,
        "model_version": _TEXT,
        "rows": {"type": ["integer", "null"]},
        "rows_done": {"type": "integer"},
        "error": TEXT_OR_NULL,
        "created_at": _TEXT,
        "changed_at": _TEXT,
        "result": TEXT_OR_NULL,
    }
)


def batch_paths(serving: Sequence[Endpoint]) -> Json:
    """Return the paths of the batch API."""
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    result = response("The predictions.", file, "text/csv")
    result["content"] = {kind: {"schema": file} for kind in sorted(MEDIA_TYPES.values())}
    return {
        _PATH: {"post": _post(serving)},
        f"{_PATH}/{{id}}": {
            "get": {
                "operationId": "batch.status",
                "tags": ["batch"],
                "summary": "Get the status of a job",
                "parameters": [REQUEST_ID, _JOB_ID],
                "responses": {
                    "200": response("The job.", _JOB),
                    **problem_responses(401, 403, 404, 429, 431, 500, 503),
                },
            }
        },
        f"{_PATH}/{{id}}/result": {
            "get": {
                "operationId": "batch.result",
                "tags": ["batch"],
                "summary": "Download the predictions of a finished job",
                "parameters": [REQUEST_ID, _JOB_ID],
                "responses": {
                    "200": result,
                    **problem_responses(401, 403, 404, 409, 429, 431, 500, 503),
                },
            }
        },
    }


def _post(serving: Sequence[Endpoint]) -> Json:
    deployment_schema = {"enum": [endpoint.name for endpoint in serving]}
    options: Json = {"format": _FORMAT}
    hosts = {host for endpoint in serving for host in endpoint.deployment.callback_hosts}
    if hosts:
        allowed = "|".join(re.escape(host) for host in sorted(hosts))
        options["callback"] = {"type": "string", "pattern": f"^https?://({allowed})(/[a-z]*)?$"}
    form = object_schema({"deployment": deployment_schema, "file": {"type": "string"}}, options)
    rows = [
        object_schema(
            {
                "deployment": {"const": endpoint.name},
                # Rows are validated when they are scored, like those of a file.
                "instances": array_schema({"type": "object"}, 1, 10_000),
            },
            options,
        )
        for endpoint in serving
    ]
    example = example_row(serving[0].schema)
    json_content: Json = {"schema": rows[0] if len(rows) == 1 else {"anyOf": rows}}
    if example is not None:
        json_content["example"] = {"deployment": serving[0].name, "instances": [example]}
    return {
        "operationId": "batch.post",
        "tags": ["batch"],
        "summary": "Submit a file for batch prediction",
        "description": "The body can also be the file itself, with content type "
        f"{', '.join(sorted(MEDIA_TYPES.values()))}. Then pass `deployment`, `format` "
        "and `callback` "
        "as query parameters.",
        "parameters": [REQUEST_ID],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": json_content,
                "multipart/form-data": {
                    "schema": form,
                    "encoding": {"file": {"contentType": ", ".join(sorted(MEDIA_TYPES.values()))}},
                },
            },
        },
        "responses": {
            "202": response("The job is queued.", _JOB),
            **problem_responses(400, 401, 403, 404, 408, 413, 415, 422, 429, 431, 500, 503, 507),
        },
    }
