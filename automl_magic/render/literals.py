"""literals: the only way to insert values into source code.

Only None, bool, int, finite float, str, list and dict with text keys are allowed. Subclasses
aren't, because they could have any `repr`. Text is written in ASCII, so that no character can end a
line or change the text direction.
"""

from __future__ import annotations

import math

from automl_magic.errors import RenderError

LINE_LENGTH = 100
INDENT = 4
MAX_DEPTH = 50  # Python's parser fails for brackets nested more than 200 deep


def literal(value: object, *, indent: int = 0, before: int = 0, after: int = 0) -> str:
    """Return a value as a Python literal.

    It's on one line if it fits. Longer lists and dictionaries have one line per element, as
    formatted by ruff.

    Parameters
    ----------
    indent : int
        Indentation of the literal's first line, in characters.
    before, after : int
        Number of characters in this line before the literal (with the indentation) and after it.

    Raises
    ------
    RenderError
        If the value has another type, isn't finite, or is nested more than 50 deep.
    """
    text = _on_one_line(value, 0)
    if before + len(text) + after <= LINE_LENGTH or not (isinstance(value, list | dict) and value):
        return text
    inner = indent + INDENT
    if isinstance(value, dict):
        keys = [f"{_on_one_line(key, 0)}: " for key in value]
        items = list(value.values())
    else:
        keys, items = [""] * len(value), value
    lines = [
        " " * inner + key + literal(item, indent=inner, before=inner + len(key), after=1) + ","
        for key, item in zip(keys, items, strict=True)
    ]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opening, *lines, " " * indent + closing])


def _on_one_line(value: object, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise _literal_error(value, f"it's nested more than {MAX_DEPTH} deep")
    if value is None or value is True or value is False:
        return repr(value)
    if type(value) is int:
        try:
            return int.__repr__(value)
        except ValueError as error:  # Python limits integers to 4,300 digits
            raise _literal_error(value, "it has too many digits") from error
    if type(value) is float:
        if not math.isfinite(value):
            raise _literal_error(value, "it isn't finite")
        return float.__repr__(value)
    if type(value) is str:
        return _quote(value)
    if type(value) is list:
        return f"[{', '.join(_on_one_line(item, depth + 1) for item in value)}]"
    if type(value) is dict:
        for key in value:
            if type(key) is not str:
                raise _literal_error(value, f"one of its keys has type {type(key).__name__}")
        items = (f"{_quote(key)}: {_on_one_line(item, depth + 1)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    raise _literal_error(value, "it isn't a JSON type")


def _quote(value: str) -> str:
    quoted = ascii(value)
    # ascii() uses single quotes. Replace them with double quotes unless the text has some.
    return quoted if '"' in quoted else f'"{quoted[1:-1]}"'


def _literal_error(value: object, reason: str) -> RenderError:
    return RenderError(
        f"Can't write a value of type {type(value).__name__} into a notebook.",
        why=f"Values become Python literals, but {reason}.",
        fix="Use None, a boolean, a finite number, text, a list, or a dict with text keys.",
    )
