"""registry: the names of all estimators: files in `recipe/members`, and those of other families."""

from __future__ import annotations

import pkgutil
from functools import cache
from pathlib import Path

from automl_magic.records.families import families

MEMBERS_FOLDER = Path(__file__).parent / "members"


@cache
def builtin_estimators() -> tuple[str, ...]:
    """Return the names of the built-in estimators, sorted: one file in `recipe/members` each."""
    modules = pkgutil.iter_modules([str(MEMBERS_FOLDER)])
    return tuple(sorted(module.name for module in modules if not module.ispkg))


def estimators() -> tuple[str, ...]:
    """Return the names of all estimators: the built-in ones, then those of other families."""
    return (*builtin_estimators(), *(name for family in families() for name in family.estimators))


def module_of(estimator: str) -> str | None:
    """Return the name of the module with an estimator's MEMBER, or None if there is none."""
    if estimator in builtin_estimators():
        return f"automl_magic.recipe.members.{estimator}"
    # Search other packages only if the estimator isn't built in.
    modules = (family.estimators.get(estimator) for family in families())
    return next((module for module in modules if module is not None), None)
