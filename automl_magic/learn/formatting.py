"""Check an option that a cell passes, and format errors and durations."""

from __future__ import annotations

from collections.abc import Iterable

from automl_magic.errors import PlanError, closest_match


def check_choice(choices: Iterable[str], value: object, noun: str) -> str:
    """Return the value if it's one of the choices.

    Raises
    ------
    PlanError
        If it isn't. Suggests the closest match. `noun` says what the value is, such as `sampler`.
    """
    names = [str(choice) for choice in choices]
    if isinstance(value, str) and value in names:
        return str(value)
    close = closest_match(str(value), names)
    # "kind of task" becomes "kinds of task".
    head, of, qualifier = noun.partition(" of ")
    plural = f"{head}s{of}{qualifier}"
    raise PlanError(
        f"{_shorten(value)} isn't a valid {noun}.",
        why=f"The {plural} are {', '.join(names)}." if names else f"There are no {plural}.",
        fix=f"Use {close!r} in the cell." if close else "Use one of these in the cell.",
    )


def format_exception(error: BaseException, limit: int = 300) -> str:
    """Return an error as one line: its class and the first line of its message."""
    message = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    line = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return line if len(line) <= limit else line[: limit - 1] + "…"


def format_seconds(value: float) -> str:
    """Format a duration in seconds: 0.4 s, 12 s."""
    return f"{value:.1f} s" if value < 9.95 else f"{value:.0f} s"


def _shorten(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else text[:59] + "…"
