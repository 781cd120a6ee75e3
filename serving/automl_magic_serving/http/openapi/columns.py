"""Columns as JSON Schema, with the same rules that `recipe.instance_validator` applies."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from automl_magic.recipe.booleans import FALSE_TEXTS, TRUE_TEXTS, BooleanTexts
from automl_magic.recipe.values import MAX_MAGNITUDE
from automl_magic.records.data.dataset import ColumnKind
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.models.deployment import InputChecks, InputPolicy

Json = dict[str, Any]
_LABELS = (ColumnKind.CATEGORY, ColumnKind.HIGH_CARDINALITY, ColumnKind.ID, ColumnKind.CONSTANT)
_STRING, _NUMBER, _BOOLEAN = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
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
        "properties": {
            column.name: column_schema(column, checks, schema.missing.words(column.name))
            for column in schema.columns
        },
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


def column_schema(column: InputColumn, checks: InputChecks, missing: Collection[str] = ()) -> Json:
    """Return the schema of a column. `missing` are the texts that stand for a missing value."""
    options = _options(column, checks, missing)
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


def boolean_options(texts: BooleanTexts) -> list[Json]:
    """Return the schemas of the values that are read as true or false."""
    words = {texts.true.lower(), texts.false.lower()}
    if not texts.have_meaning:
        return [_any_case(words)]
    return [{"enum": [True, False, 0, 1]}, _any_case(words | TRUE_TEXTS | FALSE_TEXTS)]


def _any_case(words: Iterable[str]) -> Json:
    """Return the schema of some texts, in upper or lower case."""
    spelled = (
        "".join(
            f"[{char.upper()}{char.lower()}]"
            if char.isascii() and char.isalpha()
            else re.escape(char)
            for char in word
        )
        for word in sorted(words)
    )
    return {"type": "string", "pattern": f"^({'|'.join(spelled)})$"}


def _options(column: InputColumn, checks: InputChecks, missing: Collection[str]) -> list[Json]:
    if column.kind is ColumnKind.NUMBER:
        return _numbers(column, checks)
    if column.kind is ColumnKind.BOOLEAN:
        texts = BooleanTexts.of_parse(column.parse)
        if texts is None and column.stored_as == "boolean":
            texts = BooleanTexts("True", "False")
        return [_STRING] if texts is None else boolean_options(texts)
    if column.kind is ColumnKind.DATE:
        return [{"type": "string", "pattern": f"^{_date_pattern(column)}$"}]
    return _labels(column, checks, () if _is_optional(column, checks) else missing)


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


def _labels(column: InputColumn, checks: InputChecks, missing: Collection[str]) -> list[Json]:
    native: Json = {"number": _NUMBER, "boolean": _BOOLEAN}.get(column.stored_as, _STRING)
    if native is _STRING and missing:
        native = {**_STRING, "not": {"enum": sorted(missing)}}
    numbers = [float(level) for level in column.levels if _is_number(level)]
    if column.kind in _LABELS and column.levels:
        texts = [level for level in column.levels if level not in missing]
        levels: Json = {"enum": [*texts, *numbers]}
        if checks.categories is InputPolicy.REFUSE:
            return [levels]
        return [native, levels] if native.get("type") != "string" or numbers else [native]
    return [native]


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
