"""Parameters: names of the notebook's own, values of JSON's own.

papermill escapes values of the JSON types, but runs code from a parameter's name, and from tuples,
sets, bytes and paths. Nothing but what passes here reaches it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

from automl_magic.errors import RunError, near_miss, shorten
from automl_magic.execute.notebook import PARAMETERS_TAG, is_python, source_of, tags_of

RUN_DIR = "run_dir"  # the run's own folder: set by the supervisor alone
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MAX_CHARACTERS = 1_000_000
_MAX_DEPTH = 50  # Python's own parser refuses brackets deeper than 200


def parameters_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names assigned at the top level of the cell tagged `parameters`.

    A notebook in another language than Python has none that could be set.
    """
    cells = (cell for cell in document["cells"] if PARAMETERS_TAG in tags_of(cell))
    cell = next(cells, None)
    if cell is None or not is_python(document):
        return ()
    # Magics and shell lines are no Python.
    lines = [
        "" if line.lstrip().startswith(("%", "!")) else line
        for line in source_of(cell).splitlines()
    ]
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return ()
    names: dict[str, None] = {}
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        for target in targets:
            if isinstance(target, ast.Name) and _NAME.fullmatch(target.id):
                names[target.id] = None
    return tuple(names)


def parse_parameter(text: str) -> tuple[str, Any]:
    """Read `name=value`: the value as JSON where it is JSON, else as text.

    Raises
    ------
    RunError
        If there is no `=`, or no name before it.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise RunError(
            f"{text[:80]!r} is not a parameter.",
            why="A parameter is written name=value.",
            fix="-p name=value, for example: -p budget_s=30",
        )
    try:
        return name.strip(), json.loads(value, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return name.strip(), value


def check_parameters(given: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """Return parameters that papermill may see: known names, values of JSON types.

    Raises
    ------
    RunError
        For a name that the notebook does not have, and for a value that JSON cannot hold.
    """
    settable = tuple(name for name in known if name != RUN_DIR)
    checked = {}
    for name, value in given.items():
        if not (isinstance(name, str) and name in settable and _NAME.fullmatch(name)):
            raise _unknown(name, settable)
        checked[name] = _json_value(name, value)
    return checked


def _unknown(name: object, known: tuple[str, ...]) -> RunError:
    close = near_miss(name, known) if isinstance(name, str) else None
    shown = repr(name) if len(repr(name)) <= 60 else repr(name)[:59] + "…"
    if not known:
        return RunError(
            f"The notebook has no parameter {shown}.",
            why="It has no cell tagged 'parameters' that assigns a name.",
            fix="Leave -p out, or tag the cell that sets the values with 'parameters'.",
        )
    return RunError(
        f"The notebook has no parameter {shown}.",
        why=f"Its parameters cell sets: {shorten(known, 12)}.",
        fix=f"Use -p {close}=…" if close else f"Use one of these, for example -p {known[0]}=…",
    )


def _json_value(name: str, value: Any) -> Any:
    try:
        text = json.dumps(value, allow_nan=False)
        if len(text) > _MAX_CHARACTERS:
            raise ValueError(f"it has more than {_MAX_CHARACTERS:,} characters")
        plain = json.loads(text)
        if _depth(plain) > _MAX_DEPTH:
            raise ValueError(f"it is nested more than {_MAX_DEPTH} deep")
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise RunError(
            f"The parameter {name!r} cannot take this value.",
            why=f"A parameter is a JSON value, and this {type(value).__name__} is none: {error}.",
            fix=f"Use a finite number, text, true, false, null, a list or a mapping: -p {name}=1",
        ) from error
    return plain


def _depth(value: Any) -> int:
    deepest, left = 0, [(value, 1)]
    while left:
        item, depth = left.pop()
        deepest = max(deepest, depth)
        if isinstance(item, dict):
            left += [(inner, depth + 1) for inner in item.values()]
        elif isinstance(item, list):
            left += [(inner, depth + 1) for inner in item]
    return deepest


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
