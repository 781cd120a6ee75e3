"""JSON Schema of the deployment file, for validation and completion in editors.

python -m automl_magic.deploy.schema > deployment.schema.json
"""

from __future__ import annotations

import types
import typing
from enum import Enum
from typing import Any

from automl_magic.deploy.deployment_file import API_VERSION, FIELDS, KIND, FieldMap
from automl_magic.records.codec import dumps
from automl_magic.records.models.deployment import Deployment

_TYPES: dict[object, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


def json_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of the deployment file."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "automl-magic deployment",
        **_mapping_schema(FIELDS),
    }
    schema["properties"] |= {"apiVersion": {"const": API_VERSION}, "kind": {"const": KIND}}
    schema["required"] = ["apiVersion", "kind", "metadata", "spec"]
    schema["properties"]["metadata"]["required"] = ["name"]
    schema["properties"]["spec"]["required"] = ["modelVersionId"]
    return schema


def _mapping_schema(field_map: FieldMap) -> dict[str, Any]:
    properties = {
        name: _field_schema(target) if isinstance(target, tuple) else _mapping_schema(target)
        for name, target in field_map.items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _field_schema(record_path: tuple[str, ...]) -> dict[str, object]:
    hint: Any = Deployment
    for step in record_path:
        hint = typing.get_type_hints(hint)[step]
    return _schema_of_type(hint)


def _schema_of_type(hint: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema_of_type(argument) for argument in arguments]}
    if hint is types.NoneType:
        return {"type": "null"}
    if origin is tuple:
        return {"type": "array", "items": _schema_of_type(arguments[0])}
    if origin is not None:
        return {"type": "object", "additionalProperties": _schema_of_type(arguments[1])}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    return {} if hint is Deployment else {"type": _TYPES[hint]}


if __name__ == "__main__":
    print(dumps(json_schema()), end="")
