"""Write the experiment file: every field with its documentation, always in the same order.

Text is quoted unless it's a plain word, with an escape for each non-printable character, so that
every YAML parser reads it back unchanged.
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Iterator, Mapping
from enum import Enum

from automl_magic.records import ExperimentSpec, Record
from automl_magic.records.codec import json_text

HEADER = """\
# Settings of an automl-magic experiment. After an edit, use automl run, or automl plan to preview.
"""
_WIDTH = 96
_WORD = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*\Z")
# Words that some YAML parsers don't read as text.
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
# PyYAML reads a plain `key: value` only if the key is shorter than 1,024 characters.
_LONGEST_PLAIN_KEY = 500
# A longer list is written on one line.
_MAX_LINES = 18


def format_spec(experiment: ExperimentSpec) -> str:
    """Return the text of the experiment file. `parse_spec` is the inverse."""
    return HEADER + "\n".join(_record(experiment, "")) + "\n"


def _record(record: Record, indent: str) -> Iterator[str]:
    for field in dataclasses.fields(record):
        if field.name == "options" and not getattr(record, field.name):
            continue  # most task types have no options
        comment = textwrap.wrap(
            field.metadata["doc"], _WIDTH, initial_indent="# ", subsequent_indent="# "
        )
        yield from (indent + line for line in comment)
        yield from _entry(field.name, getattr(record, field.name), indent)


def _entry(key: str, value: object, indent: str) -> Iterator[str]:
    inner = indent + "  "
    match value:
        case Record():
            yield f"{indent}{key}:"
            yield from _record(value, inner)
        case Mapping() if value:
            yield f"{indent}{key}:"
            for name, item in value.items():
                yield from _named(quote(name), format_scalar(item), inner)
        case tuple() if len(value) > _MAX_LINES:
            yield f"{indent}{key}: {_flow(value)}"
        case tuple() if value:
            yield f"{indent}{key}:"
            yield from (f"{inner}- {format_scalar(item)}" for item in value)
        case _:
            yield f"{indent}{key}: {format_scalar(value)}"


def _named(key: str, value: str, indent: str) -> Iterator[str]:
    if len(key) <= _LONGEST_PLAIN_KEY:
        yield f"{indent}{key}: {value}"
    else:
        yield f"{indent}? {key}"
        yield f"{indent}: {value}"


def format_scalar(value: object) -> str:
    """Return one value as YAML."""
    match value:
        case Enum():
            return quote(str(value.value))
        case str():
            return quote(value)
        case float():
            # YAML 1.1 reads an exponent as part of a number only after a decimal point.
            return re.sub(r"\A(-?\d+)e", r"\1.0e", repr(value))
        case Mapping():
            return "{}"
        case tuple():
            return _flow(value)
        case _:
            return json_text(value)


def _flow(values: tuple[object, ...]) -> str:
    return f"[{', '.join(map(format_scalar, values))}]"


def quote(text: str) -> str:
    """Return text as YAML: plain words unchanged, anything else in double quotes."""
    if _WORD.match(text) and text.lower() not in _NOT_TEXT:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    if (code := ord(character)) < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
