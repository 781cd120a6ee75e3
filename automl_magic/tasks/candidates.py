"""candidates: select candidates of a family by name."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.errors import PlanError, closest_match


def select_names(names: Sequence[str], valid_names: Sequence[str]) -> tuple[str, ...]:
    """Return the requested names, after checking that they are known and unique.

    Raises
    ------
    PlanError
        If a name is unknown or repeated, or there is no name.
    """
    for name in names:
        if name not in valid_names:
            close = closest_match(name, valid_names)
            raise PlanError(
                f"There is no candidate {name!r}.",
                why=f"The candidates are {', '.join(valid_names)}.",
                fix=f"Use {close}." if close else "Use one of these names, or omit candidates.",
            )
    if not names or len(set(names)) < len(names):
        raise PlanError(
            "The list of candidates is empty or has duplicates.",
            why=f"candidates is {list(names)!r}.",
            fix=f"List each candidate once, such as {' and '.join(valid_names[:2])}, "
            "or omit candidates.",
        )
    return tuple(names)
