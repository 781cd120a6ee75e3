"""literals: the one way by which a value becomes source code.

Only None, bool, int, finite float, str, list and dict with text keys pass, and only those very
types: a subclass could say anything of itself. Text is written in ASCII, so that no character of
it can end a line or turn the direction of writing.
"""

from __future__ import annotations

import math

from automl_magic.errors import RenderError

LINE_LENGTH = 100
INDENT = 4
MAX_DEPTH = 50  # Python's own parser refuses brackets deeper than 200


def literal(value: object, *, indent: int = 0, before: int = 0, after: int = 0) -> str:
    """Return a value as a Python literal.

    It stays on one line if it fits; a longer list or dictionary gets a line for each element, as
    ruff writes it.

    Parameters
    ----------
    indent : int
        Columns by which the line is indented in which the literal begins.
    before, after : int
        Characters of that line in front of the literal (the indent included) and behind it.

    Raises
    ------
    RenderError
        If the value is of another type, not finite, or nested more than 50 deep.
    """
    text = _flat(value, 0)
    if before + len(text) + after <= LINE_LENGTH or not (isinstance(value, list | dict) and value):
        return text
    inner = indent + INDENT
    if isinstance(value, dict):
        keys = [f"{_flat(key, 0)}: " for key in value]
        items = list(value.values())
    else:
        keys, items = [""] * len(value), value
    lines = [
        " " * inner + key + literal(item, indent=inner, before=inner + len(key), after=1) + ","
        for key, item in zip(keys, items, strict=True)
    ]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opening, *lines, " " * indent + closing])


def _flat(value: object, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise _refusal(value, f"it is nested more than {MAX_DEPTH} deep")
    if value is None or value is True or value is False:
        return repr(value)
    if type(value) is int:
        try:
            return int.__repr__(value)
        except ValueError as error:  # Python writes no more than 4,300 digits
            raise _refusal(value, "it has too many digits") from error
    if type(value) is float:
        if not math.isfinite(value):
            raise _refusal(value, "it is not finite")
        return float.__repr__(value)
    if type(value) is str:
        return _text(value)
    if type(value) is list:
        return f"[{', '.join(_flat(item, depth + 1) for item in value)}]"
    if type(value) is dict:
        for key in value:
            if type(key) is not str:
                raise _refusal(value, f"a key of it is a {type(key).__name__}")
        items = (f"{_text(key)}: {_flat(item, depth + 1)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    raise _refusal(value, "it is of none of the types of JSON")


def _text(value: str) -> str:
    written = ascii(value)
    # ascii() prefers single quotes, the house double ones; with a quote inside, they may stay.
    return written if '"' in written else f'"{written[1:-1]}"'


def _refusal(value: object, reason: str) -> RenderError:
    return RenderError(
        f"A {type(value).__name__} cannot be written into a notebook.",
        why=f"A value enters a notebook as a literal, and {reason}.",
        fix="Use None, true or false, a finite number, text, a list, or a dict with text keys.",
    )
