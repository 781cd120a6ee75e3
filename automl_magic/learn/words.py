"""Words that a cell passes as text: one of a few, or an error that offers the near miss."""

from __future__ import annotations

from collections.abc import Iterable

from automl_magic.errors import PlanError, near_miss


def one_of(known: Iterable[str], value: object, what: str) -> str:
    """Return the value if it is a known word, or raise a `PlanError` that names `what` it is."""
    words = [str(word) for word in known]
    if isinstance(value, str) and value in words:
        return str(value)
    close = near_miss(str(value), words)
    raise PlanError(
        f"There is no {what} {_shown(value)}.",
        why=f"The {what}s are {', '.join(words)}." if words else f"There are no {what}s.",
        fix=f"Write {close!r} in the cell." if close else "Write one of these in the cell.",
    )


def first_line(error: BaseException, limit: int = 300) -> str:
    """Return an error as one line: its class and the first line of what it says."""
    said = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    line = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return line if len(line) <= limit else line[: limit - 1] + "…"


def seconds(value: float) -> str:
    """Return a duration for a sentence: 0.4 s, 12 s."""
    return f"{value:.1f} s" if value < 9.95 else f"{value:.0f} s"


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else text[:59] + "…"
