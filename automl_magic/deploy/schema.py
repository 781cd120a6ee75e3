"""JSON Schema of the deployment file, for validation and completion in editors.

python -m automl_magic.deploy.schema > deployment.schema.json
"""

from __future__ import annotations

import types
import typing
from enum import Enum
from typing import Any

from automl_magic.deploy.file import API_VERSION, KIND, WORDS, Words
from automl_magic.records.codec import dumps
from automl_magic.records.models.deployment import Deployment

_TYPES: dict[object, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the deployment file."""
    found = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "automl-magic deployment",
        **_mapping(WORDS),
    }
    found["properties"] |= {"apiVersion": {"const": API_VERSION}, "kind": {"const": KIND}}
    found["required"] = ["apiVersion", "kind", "metadata", "spec"]
    found["properties"]["metadata"]["required"] = ["name"]
    found["properties"]["spec"]["required"] = ["modelVersionId"]
    return found


def _mapping(words: Words) -> dict[str, Any]:
    properties = {
        name: _field(place) if isinstance(place, tuple) else _mapping(place)
        for name, place in words.items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _field(place: tuple[str, ...]) -> dict[str, Any]:
    hint: Any = Deployment
    for step in place:
        hint = typing.get_type_hints(hint)[step]
    return _of(hint)


def _of(hint: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of(one) for one in arguments]}
    if hint is types.NoneType:
        return {"type": "null"}
    if origin is tuple:
        return {"type": "array", "items": _of(arguments[0])}
    if origin is not None:
        return {"type": "object", "additionalProperties": _of(arguments[1])}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    return {} if hint is Deployment else {"type": _TYPES[hint]}


if __name__ == "__main__":
    print(dumps(json_schema()), end="")
