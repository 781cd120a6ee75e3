"""Columns as JSON Schema, with the same rules that `recipe.instance_validator` applies."""

from __future__ import annotations

import re
from typing import Any

from automl_magic.recipe.values import MAX_MAGNITUDE
from automl_magic.records.data.dataset import ColumnKind
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.models.deployment import InputChecks, InputPolicy

Json = dict[str, Any]
_LABELS = (ColumnKind.CATEGORY, ColumnKind.HIGH_CARDINALITY, ColumnKind.ID, ColumnKind.CONSTANT)
_DAY = "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_DIRECTIVES = {
    "%Y": "(19|20)[0-9]{2}",
    "%y": "[0-9]{2}",
    "%m": "(0[1-9]|1[0-2])",
    "%d": "(0[1-9]|1[0-9]|2[0-8])",
    "%H": "(0[0-9]|1[0-9]|2[0-3])",
    "%M": "[0-5][0-9]",
    "%S": "[0-5][0-9]",
}


def row_schema(schema: InputSchema, checks: InputChecks) -> Json:
    """Return the schema of an instance: an object with a value for each column."""
    required = [column.name for column in schema.columns if not _is_optional(column, checks)]
    row: Json = {
        "type": "object",
        "properties": {column.name: column_schema(column, checks) for column in schema.columns},
        "additionalProperties": checks.unknown is not InputPolicy.REFUSE,
    }
    if required:
        row["required"] = required
    if (example := example_row(schema)) is not None:
        row["examples"] = [example]
    return row


def example_row(schema: InputSchema) -> Json | None:
    """Return an example row, or None if the schema lacks an example for a required column."""
    example = {
        column.name: column.example for column in schema.columns if column.example is not None
    }
    required = {column.name for column in schema.columns if not column.nullable}
    return example if required <= example.keys() else None


def column_schema(column: InputColumn, checks: InputChecks) -> Json:
    """Return the schema of a column."""
    options = _options(column, checks)
    if _is_optional(column, checks):
        options.append({"type": "null"})
    schema = options[0] if len(options) == 1 else {"anyOf": options}
    notes = [column.kind.value.replace("_", " ")]
    if column.personal is not None:
        notes.append(f"personal data: {column.personal}")
    schema = {**schema, "description": ", ".join(notes)}
    if column.example is not None:
        schema["examples"] = [column.example]
    return schema


def _is_optional(column: InputColumn, checks: InputChecks) -> bool:
    return column.nullable or checks.missing is not InputPolicy.REFUSE


def _options(column: InputColumn, checks: InputChecks) -> list[Json]:
    if column.kind is ColumnKind.NUMBER:
        return _numbers(column, checks)
    if column.kind is ColumnKind.BOOLEAN:
        return _booleans(column, checks)
    if column.kind is ColumnKind.DATE:
        return [{"type": "string", "pattern": f"^{_date_pattern(column)}$"}]
    return _labels(column, checks)


def _numbers(column: InputColumn, checks: InputChecks) -> list[Json]:
    low, high = -MAX_MAGNITUDE, MAX_MAGNITUDE
    if checks.ranges is InputPolicy.REFUSE and column.low is not None and column.high is not None:
        low, high = column.low, column.high
    number: Json = {"type": "number", "minimum": low, "maximum": high}
    if column.stored_as == "boolean":
        return [number, {"type": "boolean"}]
    if column.stored_as != "text":
        return [number]
    if checks.ranges is InputPolicy.REFUSE or column.parse.get("decimal", ".") != ".":
        return (
            [number, {"type": "string", "enum": [column.example]}] if column.example else [number]
        )
    return [number, {"type": "string", "pattern": "^-?[0-9]{1,6}([.][0-9]{1,6})?$"}]


def _booleans(column: InputColumn, checks: InputChecks) -> list[Json]:
    if column.stored_as == "boolean":
        return [{"enum": [True, False, 0, 1, "true", "false"]}]
    texts = list(column.parse.values())
    if column.stored_as == "number":
        return (
            [{"type": "number"}]
            if checks.categories is not InputPolicy.REFUSE
            else [{"enum": [0, 1]}]
        )
    if checks.categories is not InputPolicy.REFUSE or "false" not in column.parse:
        return [{"type": "string"}]
    return [{"enum": texts}]


def _labels(column: InputColumn, checks: InputChecks) -> list[Json]:
    native = {"number": "number", "boolean": "boolean"}.get(column.stored_as, "string")
    numbers = [float(level) for level in column.levels if _is_number(level)]
    if column.kind in _LABELS and column.levels:
        levels: Json = {"enum": [*column.levels, *numbers]}
        if checks.categories is InputPolicy.REFUSE:
            return [levels]
        return [{"type": native}, levels] if native != "string" or numbers else [{"type": native}]
    return [{"type": native}]


def _is_number(level: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", level) is not None


def _date_pattern(column: InputColumn) -> str:
    date_format = column.parse.get("date_format")
    if date_format is None:
        return _DAY
    pattern = ""
    for piece in re.split("(%.)", date_format):
        if piece.startswith("%") and piece not in _DIRECTIVES:
            return re.escape(str(column.example))
        pattern += _DIRECTIVES.get(piece) or re.escape(piece)
    return pattern
