"""What the OpenAPI document says more than once."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_STATUSES = {
    400: "The body cannot be read: no JSON, a key twice, too deep, a number no float can hold.",
    401: "No API key, or one that is not valid (any more).",
    403: "The key may not ask this deployment.",
    404: "No such deployment, version or job.",
    408: "The request did not come in time.",
    409: "The job is not done.",
    413: "The body is too large.",
    415: "The body is of another type, or compressed.",
    422: "The input is not what the model takes (`details` names each field), or too many rows.",
    429: "Too many requests; `Retry-After` says when to come again.",
    431: "The head is too large.",
    500: "The server failed.",
    503: "The server, or what it needs, is not ready.",
    504: "The model did not answer in time.",
    507: "The server's disk is nearly full.",
}
ID = {"type": "string", "pattern": "^[A-Za-z0-9._:/+=-]{1,80}$"}
PROBLEM: Json = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "What is wrong, for people."},
        "details": {"type": "array", "items": {"type": "object"}},
        "code": {"type": "string", "description": "What is wrong, for programs."},
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
    "description": "Comes back with the answer and stands in the log, if it is up to 80 of "
    "`A-Za-z0-9._:/+=-`; else the server makes an id.",
    "schema": {"type": "string"},
}


def ref(name: str) -> Json:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def answer(description: str, schema: Json, kind: str = "application/json") -> Json:
    """Return a response."""
    return {
        "description": description,
        "headers": {"X-Request-ID": {"schema": ID, "required": True}},
        "content": {kind: {"schema": schema}},
    }


def problems(*statuses: int) -> Json:
    """Return the responses of what may go wrong."""
    said = {}
    for status in statuses:
        one = said[str(status)] = answer(_STATUSES[status], ref("Problem"))
        if status == 429:
            whole = {"schema": {"type": "string", "pattern": "^[1-9][0-9]*$"}, "required": True}
            one["headers"] = {**one["headers"], "Retry-After": whole}
    return said


def body(schema: Json, example: Any = None) -> Json:
    """Return a request body of JSON."""
    content: Json = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"required": True, "content": {"application/json": content}}


def obj(required: Json, optional: Json | None = None) -> Json:
    """Return an object with these properties and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def open_obj(required: Json, optional: Json) -> Json:
    """Return an object with these properties, and maybe others that change nothing."""
    return {**obj(required, optional), "additionalProperties": True}


def listed(items: Json, least: int = 0, most: int | None = None) -> Json:
    """Return a list."""
    said: Json = {"type": "array", "items": items, "minItems": least}
    return said if most is None else {**said, "maxItems": most}
