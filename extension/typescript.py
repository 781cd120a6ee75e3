"""Generate `src/records.ts`, the TypeScript types of the server's responses.

python extension/typescript.py

Each build generates the file. It isn't in git, so it always matches the records.
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
OUTPUT = HERE / "src" / "records.ts"
HEAD = "// Don't edit. `python extension/typescript.py` generates this from automl_magic_lab/responses.py."
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
    """Return the interfaces of records and of all records in their fields."""
    collected: dict[type, None] = {}
    for record in records:
        _collect(record, collected)
    return "\n\n".join([HEAD, *map(_interface, collected)]) + "\n"


def write(path: Path = OUTPUT) -> None:
    """Write the file if it changed, so that nothing is rebuilt otherwise."""
    for folder in (HERE, HERE.parent):  # in a build, automl-magic isn't installed
        sys.path.insert(0, str(folder))
    from automl_magic_lab.responses import RESPONSES

    text = typescript(RESPONSES)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _collect(record: type, collected: dict[type, None]) -> None:
    """Add a record after its base and the records in its fields."""
    if record in collected:
        return
    if (base := _base(record)) is not None:
        _collect(base, collected)
    for hint in typing.get_type_hints(record).values():
        for nested in _nested_records(hint):
            _collect(nested, collected)
    collected[record] = None


def _nested_records(hint: object) -> Iterator[type]:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        yield hint
    for argument in typing.get_args(hint):
        yield from _nested_records(argument)


def _base(record: type) -> type | None:
    """Return the record that this one extends, if any."""
    base = record.__mro__[1]
    has_fields = dataclasses.is_dataclass(base) and bool(dataclasses.fields(base))
    return base if has_fields else None


def _interface(record: type) -> str:
    base, hints = _base(record), typing.get_type_hints(record)
    inherited = set() if base is None else {field.name for field in dataclasses.fields(base)}
    lines = [
        f"  {field.name}: {_type(hints[field.name])};"
        for field in dataclasses.fields(record)
        if field.name not in inherited
    ]
    extends = "" if base is None else f" extends I{base.__name__}"
    summary = " ".join((record.__doc__ or "").split("\n\n", maxsplit=1)[0].split())
    head = [f"/** {summary} */", f"export interface I{record.__name__}{extends} {{"]
    return "\n".join([*head, *lines, "}"])


def _type(hint: Any) -> str:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(map(_type, arguments))
    if origin is tuple:
        item = _type(arguments[0])
        return f"({item})[]" if " | " in item else f"{item}[]"
    if origin is Mapping:
        return f"Record<string, {_type(arguments[1])}>"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " | ".join(f"'{member.value}'" for member in hint)
    return _PLAIN.get(hint) or f"I{hint.__name__}"


if __name__ == "__main__":
    write()
