"""families: from a kind of task to the family that knows it."""

from __future__ import annotations

from importlib import import_module

from automl_magic.errors import PlanError
from automl_magic.records import TaskFamily, TaskKind
from automl_magic.records.families import FAMILIES, family_of
from automl_magic.tasks.family import Family


def family_for(kind: TaskKind) -> Family:
    """Return the family of a kind of task.

    Raises
    ------
    PlanError
        If what a package says of its family cannot be loaded.
    """
    return _load(family_of(kind))


def default_family() -> Family:
    """Return the family that reads the kind of task off the target, where none was asked for."""
    return _load(FAMILIES[0])


def _load(family: TaskFamily) -> Family:
    try:
        found: Family = import_module(family.tasks).FAMILY
    except Exception as error:
        # What other people's code raises is theirs; a mistake of ours is to be seen as it is.
        if family in FAMILIES:
            raise
        raise PlanError(
            f"The task family {family.name!r} cannot be used.",
            why=f"{family.tasks} cannot be loaded: {type(error).__name__}: {error}",
            fix="Install its package again, or ask for another kind of task.",
        ) from error
    return found
