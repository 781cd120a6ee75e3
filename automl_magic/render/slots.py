"""slots: the holes in a template piece, found by Python's parser and filled with literals."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automl_magic.errors import RenderError
from automl_magic.render.literals import literal


@dataclass(frozen=True)
class Slot:
    """A call `slot("name")`: its line from 0, and its first and last column, in characters."""

    name: str
    line: int
    start: int
    end: int


def slots_in(source: str) -> list[Slot]:
    """Return the slots of a piece in the order of the text.

    Raises
    ------
    RenderError
        If the piece is not Python, or a slot is not named by one piece of text.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise RenderError(
            "A template piece is not valid Python.",
            why=f"The parser says: {error}.",
            fix="Correct the piece in templates/notebooks.",
        ) from error
    lines = source.split("\n")
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "slot"]
    slots = [
        _slot(node, lines)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.func in found
    ]
    if len(slots) != len(found):
        raise RenderError(
            "A template piece uses the name `slot` for something else than a hole.",
            why='A hole is a call with one text: slot("name").',
            fix="Rename the variable in the piece.",
        )
    return sorted(slots, key=lambda slot: (slot.line, slot.start))


def fill(source: str, values: Mapping[str, object]) -> str:
    """Write each value where its slots stand, as a Python literal; the other text stays as it is.

    Raises
    ------
    RenderError
        If a slot has no value, a value has no slot, or a value cannot be a literal.
    """
    slots = slots_in(source)
    _check_names({slot.name for slot in slots}, values)
    lines = source.split("\n")
    for number in {slot.line for slot in slots}:
        here = [slot for slot in slots if slot.line == number]
        lines[number] = _filled(lines[number], here, values)
    return "\n".join(lines)


def insert(source: str, name: str, parts: Sequence[str]) -> str:
    """Put whole pieces, each followed by a comma, in place of a slot that fills a line of a list.

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
        why="Other pieces are to be put into a line that holds nothing but the slot and a comma.",
        fix=f'Write slot("{name}"), in a line of its own.',
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
        f"Line {call.lineno} of a template piece holds a slot that has no name.",
        why="A slot is named by one text, on one line.",
        fix='Write it as slot("name").',
    )


def _check_names(wanted: set[str], values: Mapping[str, object]) -> None:
    missing, unused = sorted(wanted - values.keys()), sorted(values.keys() - wanted)
    if missing or unused:
        raise RenderError(
            "A template piece and its values do not match.",
            why=f"Without a value: {', '.join(missing) or 'none'}. "
            f"Without a slot: {', '.join(unused) or 'none'}.",
            fix="Give the piece one value for each slot, and no other.",
        )


def _filled(line: str, slots: Sequence[Slot], values: Mapping[str, object]) -> str:
    indent = len(line) - len(line.lstrip())
    done, position = "", 0
    for i, slot in enumerate(slots):
        done += line[position : slot.start]
        rest = _flat_rest(line, slots[i:], values)
        value = values[slot.name]
        done += literal(value, indent=indent, before=_column(done), after=len(rest))
        position = slot.end
    return done + line[position:]


def _flat_rest(line: str, slots: Sequence[Slot], values: Mapping[str, object]) -> str:
    """Return the line behind the first of the slots, with the others written on one line."""
    rest, position = "", slots[0].end
    for slot in slots[1:]:
        rest += line[position : slot.start] + literal(values[slot.name])[:200]
        position = slot.end
    return rest + line[position:]


def _column(text: str) -> int:
    return len(text) - text.rfind("\n") - 1
