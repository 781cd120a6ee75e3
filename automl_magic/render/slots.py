"""slots: placeholders in template pieces, found by Python's parser and filled with literals."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automl_magic.errors import RenderError
from automl_magic.render.literals import literal


@dataclass(frozen=True)
class Slot:
    """A call `slot("name")`: its line from 0, and its start and end column in characters."""

    name: str
    line: int
    start: int
    end: int


def find_slots(source: str) -> list[Slot]:
    """Return the slots of a piece in order.

    Raises
    ------
    RenderError
        If the piece isn't valid Python, or a slot's name isn't one string.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise RenderError(
            "A template piece isn't valid Python.",
            why=f"Parser error: {error}.",
            fix="Correct the piece in templates/notebooks.",
        ) from error
    lines = source.split("\n")
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "slot"]
    slots = [
        _slot(node, lines)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.func in names
    ]
    if len(slots) != len(names):
        raise RenderError(
            "A template piece uses the name `slot` outside a call.",
            why='A slot is a call with one string: slot("name").',
            fix="Rename the variable in the piece.",
        )
    return sorted(slots, key=lambda slot: (slot.line, slot.start))


def fill(source: str, values: Mapping[str, object]) -> str:
    """Replace each slot with its value as a Python literal. The other text doesn't change.

    Raises
    ------
    RenderError
        If a slot has no value, a value has no slot, or a value can't be a literal.
    """
    slots = find_slots(source)
    _check_names({slot.name for slot in slots}, values)
    lines = source.split("\n")
    for number in {slot.line for slot in slots}:
        line_slots = [slot for slot in slots if slot.line == number]
        lines[number] = _fill_line(lines[number], line_slots, values)
    return "\n".join(lines)


def insert(source: str, name: str, parts: Sequence[str]) -> str:
    """Replace a slot on a line of its own with complete pieces, each followed by a comma.

    Raises
    ------
    RenderError
        If the piece has no such line.
    """
    lines = source.split("\n")
    for number, line in enumerate(lines):
        if line.strip() == f'slot("{name}"),':
            indent = line[: len(line) - len(line.lstrip())]
            block = [indent + row for part in parts for row in f"{part.rstrip()},".split("\n")]
            return "\n".join([*lines[:number], *block, *lines[number + 1 :]])
    raise RenderError(
        f"A template piece has no line for the slot {name!r}.",
        why="Pieces can only replace a line that consists of the slot and a comma.",
        fix=f'Put slot("{name}"), on a line of its own.',
    )


def _slot(call: ast.Call, lines: Sequence[str]) -> Slot:
    match call.args:
        case [ast.Constant(value=str(name))] if (
            not call.keywords and call.lineno == call.end_lineno
        ):
            text = lines[call.lineno - 1].encode()  # the parser counts bytes
            start = len(text[: call.col_offset].decode())
            end = len(text[: call.end_col_offset].decode())
            return Slot(name, call.lineno - 1, start, end)
    raise RenderError(
        f"Line {call.lineno} of a template piece has a slot without a name.",
        why="The name of a slot is one string on the same line.",
        fix='Write it as slot("name").',
    )


def _check_names(slot_names: set[str], values: Mapping[str, object]) -> None:
    missing, unused = sorted(slot_names - values.keys()), sorted(values.keys() - slot_names)
    if missing or unused:
        raise RenderError(
            "A template piece and its values don't match.",
            why=f"Slots without a value: {', '.join(missing) or 'none'}. "
            f"Values without a slot: {', '.join(unused) or 'none'}.",
            fix="Pass exactly one value per slot.",
        )


def _fill_line(line: str, slots: Sequence[Slot], values: Mapping[str, object]) -> str:
    indent = len(line) - len(line.lstrip())
    filled, position = "", 0
    for i, slot in enumerate(slots):
        filled += line[position : slot.start]
        remainder = _remainder(line, slots[i:], values)
        value = values[slot.name]
        filled += literal(value, indent=indent, before=_column(filled), after=len(remainder))
        position = slot.end
    return filled + line[position:]


def _remainder(line: str, slots: Sequence[Slot], values: Mapping[str, object]) -> str:
    """Return the line after the first slot, with the other slots filled on one line."""
    remainder, position = "", slots[0].end
    for slot in slots[1:]:
        remainder += line[position : slot.start] + literal(values[slot.name])[:200]
        position = slot.end
    return remainder + line[position:]


def _column(text: str) -> int:
    return len(text) - text.rfind("\n") - 1
