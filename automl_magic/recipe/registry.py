"""The names of all estimators: the files of `recipe/members`, and what other families bring."""

from __future__ import annotations

import pkgutil
from functools import cache
from pathlib import Path

from automl_magic.records.families import families

FOLDER = Path(__file__).parent / "members"


@cache
def our_estimators() -> tuple[str, ...]:
    """Return the names of ours, in alphabetical order: one file in `recipe/members` is one."""
    found = pkgutil.iter_modules([str(FOLDER)])
    return tuple(sorted(module.name for module in found if not module.ispkg))


def estimators() -> tuple[str, ...]:
    """Return the names of all estimators: ours, then those that other families bring."""
    return (*our_estimators(), *(name for family in families() for name in family.estimators))


def module_of(estimator: str) -> str | None:
    """Return the name of the module that holds an estimator's MEMBER; None if there is none."""
    if estimator in our_estimators():
        return f"automl_magic.recipe.members.{estimator}"
    # Packages are looked for only where ours are not enough.
    found = (family.estimators.get(estimator) for family in families())
    return next((module for module in found if module is not None), None)
