"""Writes `src/records.ts`: what the server side answers, as the browser's side is to know it.

python extension/typescript.py

The file is made with each build and not kept in git: so it cannot be another than the records are.
"""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
WRITTEN = HERE / "src" / "records.ts"
HEAD = (
    "// Written by `python extension/typescript.py` from automl_magic_lab/responses.py: edit that."
)
_PLAIN: Mapping[object, str] = {
    str: "string",
    datetime: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    types.NoneType: "null",
    Any: "unknown",
}


def typescript(records: Sequence[type]) -> str:
    """Return the interfaces of some records, and of all that they hold."""
    known: dict[type, None] = {}
    for record in records:
        _collect(record, known)
    return "\n\n".join([HEAD, *map(_interface, known)]) + "\n"


def write(path: Path = WRITTEN) -> None:
    """Write the file; where nothing changed it stays, so that nothing is built anew for it."""
    for folder in (HERE, HERE.parent):  # a build has nothing of ours installed
        sys.path.insert(0, str(folder))
    from automl_magic_lab.responses import RESPONSES

    text = typescript(RESPONSES)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _collect(record: type, known: dict[type, None]) -> None:
    """Add a record behind those that it holds."""
    if record in known:
        return
    if (base := _base(record)) is not None:
        _collect(base, known)
    for hint in typing.get_type_hints(record).values():
        for held in _held(hint):
            _collect(held, known)
    known[record] = None


def _held(hint: object) -> Iterator[type]:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        yield hint
    for argument in typing.get_args(hint):
        yield from _held(argument)


def _base(record: type) -> type | None:
    """Return the record that this one adds fields to."""
    found = record.__mro__[1]
    is_one = dataclasses.is_dataclass(found) and bool(dataclasses.fields(found))
    return found if is_one else None


def _interface(record: type) -> str:
    base, hints = _base(record), typing.get_type_hints(record)
    inherited = set() if base is None else {field.name for field in dataclasses.fields(base)}
    lines = [
        f"  {field.name}: {_type(hints[field.name])};"
        for field in dataclasses.fields(record)
        if field.name not in inherited
    ]
    extends = "" if base is None else f" extends I{base.__name__}"
    said = " ".join((record.__doc__ or "").split("\n\n", maxsplit=1)[0].split())
    head = [f"/** {said} */", f"export interface I{record.__name__}{extends} {{"]
    return "\n".join([*head, *lines, "}"])


def _type(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(map(_type, arguments))
    if origin is tuple:
        held = _type(arguments[0])
        return f"({held})[]" if " | " in held else f"{held}[]"
    if origin is Mapping:
        return f"Record<string, {_type(arguments[1])}>"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " | ".join(f"'{member.value}'" for member in hint)
    return _PLAIN.get(hint) or f"I{hint.__name__}"


if __name__ == "__main__":
    write()
