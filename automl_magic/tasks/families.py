"""families: the family of a task kind."""

from __future__ import annotations

from importlib import import_module

from automl_magic.errors import PlanError
from automl_magic.records import TaskFamily, TaskKind
from automl_magic.records.families import FAMILIES, family_of
from automl_magic.tasks.family import Family


def family_for(kind: TaskKind) -> Family:
    """Return the family of a task kind.

    Raises
    ------
    PlanError
        If the family's package can't be loaded.
    """
    return _load(family_of(kind))


def default_family() -> Family:
    """Return the family that infers the task kind from the target, if none is set."""
    return _load(FAMILIES[0])


def _load(family: TaskFamily) -> Family:
    try:
        instance: Family = import_module(family.tasks).FAMILY
    except Exception as error:
        # Wrap errors of third-party code. Errors of built-in families are bugs, so re-raise them.
        if family in FAMILIES:
            raise
        raise PlanError(
            f"Can't use the task family {family.name!r}.",
            why=f"Can't load {family.tasks}: {type(error).__name__}: {error}",
            fix="Reinstall its package, or choose another task.",
        ) from error
    return instance
