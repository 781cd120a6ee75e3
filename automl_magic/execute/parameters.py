"""Parameters: only the notebook's own names and JSON values are allowed.

papermill escapes JSON values, but runs code from parameter names, tuples, sets, bytes and paths.
So all parameters are checked here first.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from automl_magic.errors import RunError, closest_match, shorten
from automl_magic.execute.notebook import PARAMETERS_TAG, is_python, source_of, tags_of

RUN_DIR = "run_dir"  # the run's folder, only set by the supervisor
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MAX_CHARACTERS = 1_000_000
_MAX_DEPTH = 50  # Python's parser fails for brackets nested more than 200 deep


def parameters_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the variables assigned at the top level of the cell tagged `parameters`.

    It's empty if the notebook isn't in Python.
    """
    cells = (cell for cell in document["cells"] if PARAMETERS_TAG in tags_of(cell))
    cell = next(cells, None)
    if cell is None or not is_python(document):
        return ()
    # Magics and shell commands aren't Python.
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


def parse_parameter(text: str) -> tuple[str, object]:
    """Parse `name=value`. The value is parsed as JSON if possible, otherwise it's text.

    Raises
    ------
    RunError
        If there's no `=`, or no name before it.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise RunError(
            f"{text[:80]!r} isn't a parameter.",
            why="Parameters have the form name=value.",
            fix="Use this form, for example: -p budget_s=30",
        )
    try:
        return name.strip(), json.loads(value, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        return name.strip(), value


def check_parameters(values: Mapping[str, object], names: tuple[str, ...]) -> dict[str, object]:
    """Return parameters that are safe to pass to papermill: valid names and JSON values.

    Raises
    ------
    RunError
        If the notebook has no parameter of a name, or a value isn't a JSON value.
    """
    settable = tuple(name for name in names if name != RUN_DIR)
    checked = {}
    for name, value in values.items():
        if not (isinstance(name, str) and name in settable and _NAME.fullmatch(name)):
            raise _unknown_parameter_error(name, settable)
        checked[name] = _json_value(name, value)
    return checked


def _unknown_parameter_error(name: object, names: tuple[str, ...]) -> RunError:
    close = closest_match(name, names) if isinstance(name, str) else None
    quoted = repr(name) if len(repr(name)) <= 60 else repr(name)[:59] + "…"
    if not names:
        return RunError(
            f"The notebook has no parameter {quoted}.",
            why="It has no cell tagged 'parameters' that assigns variables.",
            fix="Remove -p, or tag the cell that assigns the variables with 'parameters'.",
        )
    return RunError(
        f"The notebook has no parameter {quoted}.",
        why=f"Its parameters are: {shorten(names, 12)}.",
        fix=f"Use -p {close}=…" if close else f"Use one of these, for example -p {names[0]}=…",
    )


def _json_value(name: str, value: object) -> object:
    try:
        text = json.dumps(value, allow_nan=False)
        if len(text) > _MAX_CHARACTERS:
            raise ValueError(f"it has more than {_MAX_CHARACTERS:,} characters")
        plain = json.loads(text)
        if _depth(plain) > _MAX_DEPTH:
            raise ValueError(f"it is nested more than {_MAX_DEPTH} deep")
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise RunError(
            f"Can't set the parameter {name!r} to this value.",
            why=f"Parameters are JSON values, and this {type(value).__name__} isn't one: {error}.",
            fix=f"Use a finite number, text, true, false, null, a list or a mapping: -p {name}=1",
        ) from error
    return plain


def _depth(value: object) -> int:
    max_depth, stack = 0, [(value, 1)]
    while stack:
        item, depth = stack.pop()
        max_depth = max(max_depth, depth)
        if isinstance(item, dict):
            stack += [(inner, depth + 1) for inner in item.values()]
        elif isinstance(item, list):
            stack += [(inner, depth + 1) for inner in item]
    return max_depth


def _reject_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} isn't JSON")
