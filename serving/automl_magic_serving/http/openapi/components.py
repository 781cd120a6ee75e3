"""Reused parts of the OpenAPI document."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_STATUSES = {
    400: "Malformed body: invalid JSON, a repeated key, nested too deep, or a number out of range.",
    401: "The API key is missing, unknown or no longer valid.",
    403: "The key has no access to this deployment.",
    404: "Unknown deployment, version or job.",
    408: "The request arrived too slowly.",
    409: "The job isn't done.",
    413: "The body is too large.",
    415: "Unsupported content type, or the body is compressed.",
    422: "Invalid input (`details` lists the fields), or too many rows.",
    429: "Too many requests. `Retry-After` has the seconds to wait.",
    431: "The request's headers are too large.",
    500: "Internal server error.",
    503: "The server or a service it depends on isn't ready.",
    504: "The prediction timed out.",
    507: "The server's disk is nearly full.",
}
ID = {"type": "string", "pattern": "^[A-Za-z0-9._:/+=-]{1,80}$"}
PROBLEM_SCHEMA: Json = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "Error message for people."},
        "details": {"type": "array", "items": {"type": "object"}},
        "code": {"type": "string", "description": "Error code for programs."},
    },
    "required": ["error", "details", "code"],
    "additionalProperties": False,
}
NUMBER_OR_NULL = {"type": ["number", "null"]}
TEXT_OR_NULL = {"type": ["string", "null"]}
REQUEST_ID: Json = {
    "name": "X-Request-ID",
    "in": "header",
    "required": False,
    "description": "Returned with the response and logged if it has 1 to 80 of "
    "`A-Za-z0-9._:/+=-`. Otherwise the server creates an id.",
    "schema": {"type": "string"},
}


def schema_ref(name: str) -> Json:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def response(description: str, schema: Json, kind: str = "application/json") -> Json:
    """Return a response."""
    return {
        "description": description,
        "headers": {"X-Request-ID": {"schema": ID, "required": True}},
        "content": {kind: {"schema": schema}},
    }


def problem_responses(*statuses: int) -> Json:
    """Return the error responses for some statuses."""
    responses = {}
    for status in statuses:
        document = responses[str(status)] = response(_STATUSES[status], schema_ref("Problem"))
        if status == 429:
            retry_after = {
                "schema": {"type": "string", "pattern": "^[1-9][0-9]*$"},
                "required": True,
            }
            document["headers"] = {**document["headers"], "Retry-After": retry_after}
    return responses


def request_body(schema: Json, example: object = None) -> Json:
    """Return a JSON request body."""
    content: Json = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"required": True, "content": {"application/json": content}}


def object_schema(required: Json, optional: Json | None = None) -> Json:
    """Return the schema of an object with only these properties."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def open_object_schema(required: Json, optional: Json) -> Json:
    """Return the schema of an object that may have other properties, which are ignored."""
    return {**object_schema(required, optional), "additionalProperties": True}


def array_schema(items: Json, min_items: int = 0, max_items: int | None = None) -> Json:
    """Return the schema of an array."""
    schema: Json = {"type": "array", "items": items, "minItems": min_items}
    return schema if max_items is None else {**schema, "maxItems": max_items}
