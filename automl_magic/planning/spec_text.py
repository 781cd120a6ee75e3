"""The experiment file as text: every field with its documentation, always in the same order.

Text is written so that every YAML reader gives it back: quoted unless it is a plain word, with an
escape for each character that is not printable.
"""

from __future__ import annotations

import dataclasses
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from automl_magic.records import Experiment, Record

HEADER = """\
# What was asked of automl-magic. Edit it, then: automl run, or automl plan to see the new plan.
"""
_WIDTH = 96
_WORD = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*\Z")
# Words that some YAML readers take for something else than text.
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
# PyYAML reads a plain `key: value` only where the key is shorter than 1,024 characters.
_LONGEST_PLAIN_KEY = 500


def format_spec(experiment: Experiment) -> str:
    """Return the text of the experiment file; `parse_spec` gives the experiment back."""
    return HEADER + "\n".join(_record(experiment, "")) + "\n"


def _record(record: Record, indent: str) -> Iterator[str]:
    for field in dataclasses.fields(record):
        if field.name == "options" and not getattr(record, field.name):
            continue  # most kinds of task have none
        comment = textwrap.wrap(
            field.metadata["doc"], _WIDTH, initial_indent="# ", subsequent_indent="# "
        )
        yield from (indent + line for line in comment)
        yield from _entry(field.name, getattr(record, field.name), indent)


def _entry(key: str, value: Any, indent: str) -> Iterator[str]:
    inner = indent + "  "
    match value:
        case Record():
            yield f"{indent}{key}:"
            yield from _record(value, inner)
        case Mapping() if value:
            yield f"{indent}{key}:"
            for name, item in value.items():
                yield from _named(quoted(name), scalar(item), inner)
        case tuple() if value:
            yield f"{indent}{key}:"
            yield from (f"{inner}- {scalar(item)}" for item in value)
        case _:
            yield f"{indent}{key}: {scalar(value)}"


def _named(key: str, value: str, indent: str) -> Iterator[str]:
    if len(key) <= _LONGEST_PLAIN_KEY:
        yield f"{indent}{key}: {value}"
    else:
        yield f"{indent}? {key}"
        yield f"{indent}: {value}"


def scalar(value: object) -> str:
    """Return one value as YAML."""
    match value:
        case Enum():
            return quoted(str(value.value))
        case str():
            return quoted(value)
        case float():
            # YAML 1.1 takes an exponent for a number only after a decimal point.
            return re.sub(r"\A(-?\d+)e", r"\1.0e", repr(value))
        case Mapping():
            return "{}"
        case tuple():
            return "[]"
        case _:
            return json.dumps(value)


def quoted(text: str) -> str:
    """Return text as YAML: a plain word as it is, anything else in double quotes."""
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
