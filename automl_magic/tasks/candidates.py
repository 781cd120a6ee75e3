"""candidates: which of a family's candidates were asked for by name."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.errors import PlanError, near_miss


def chosen(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the names that were asked for, each of which is known and named once.

    Raises
    ------
    PlanError
        If a name is unknown, named twice, or none is named.
    """
    for name in names:
        if name not in known:
            close = near_miss(name, known)
            raise PlanError(
                f"No candidate is called {name!r}.",
                why=f"There are {', '.join(known)}.",
                fix=f"Write {close}." if close else "Use these names, or leave candidates out.",
            )
    if not names or len(set(names)) < len(names):
        raise PlanError(
            "The list of candidates is empty or names one twice.",
            why=f"candidates is {list(names)!r}.",
            fix=f"Name each once, such as {' and '.join(known[:2])}, or leave it out.",
        )
    return tuple(names)
