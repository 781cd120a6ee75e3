"""Generate the JSON Schema and the reference page of the experiment file from its record.

python -m automl_magic.planning.schema > docs/reference/experiment-file.md
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from automl_magic.planning.spec_text import format_scalar
from automl_magic.records import ExperimentSpec, Record
from automl_magic.records.codec import OpenChoice

COMMAND = "python -m automl_magic.planning.schema"
_JSON_TYPES: dict[object, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    types.NoneType: "null",
}
_TYPE_NAMES = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
}


def json_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of the experiment file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "automl-magic experiment",
        **_of_record(ExperimentSpec),
    }


def reference_page() -> str:
    """Return the reference page of the experiment file, in Markdown."""
    lines = [
        f"<!-- Written by: {COMMAND} > docs/reference/experiment-file.md -->",
        "",
        "# The experiment file",
        "",
        "`*.automl.yaml` contains the settings of an experiment. `automl plan` writes it with all",
        "fields. If you edit it, `automl run` makes a new plan. Unknown fields are an error.",
        "",
        "| Field | Value | Default | Meaning |",
        "|---|---|---|---|",
    ]
    for name, schema, field in _fields(ExperimentSpec, ""):
        default = "required" if _is_required(field) else f"`{_default(field)}`"
        lines.append(f"| `{name}` | {_in_words(schema)} | {default} | {field.metadata['doc']} |")
    return "\n".join(lines) + "\n"


def _of_record(record: type[Record]) -> dict[str, object]:
    hints = typing.get_type_hints(record)
    fields = dataclasses.fields(record)
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            field.name: {**_of_hint(hints[field.name]), "description": field.metadata["doc"]}
            for field in fields
        },
        "required": [field.name for field in fields if _is_required(field)],
    }


def _of_hint(hint: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of_hint(option) for option in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _of_hint(arguments[0])}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of_hint(arguments[1])}
    if isinstance(hint, type) and issubclass(hint, Record):
        return _of_record(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if isinstance(hint, type) and issubclass(hint, OpenChoice):
        return {"enum": list(hint.choices())}
    return {"type": _JSON_TYPES[hint]}


def _fields(
    record: type[Record], prefix: str
) -> Iterator[tuple[str, dict[str, Any], dataclasses.Field[object]]]:
    hints = typing.get_type_hints(record)
    for field in dataclasses.fields(record):
        hint = hints[field.name]
        if isinstance(hint, type) and issubclass(hint, Record):
            yield from _fields(hint, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, _of_hint(hint), field


def _is_required(field: dataclasses.Field[object]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _default(field: dataclasses.Field[object]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return format_scalar(field.default_factory())
    return format_scalar(field.default)


def _in_words(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_in_words(option) for option in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "array":
        return f"list of {_in_words(schema['items'])}"
    if schema["type"] == "object":
        return f"mapping of names to {_in_words(schema['additionalProperties'])}"
    return _TYPE_NAMES[schema["type"]]


if __name__ == "__main__":
    print(reference_page(), end="")
