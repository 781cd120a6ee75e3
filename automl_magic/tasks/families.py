"""families: from a kind of task to the family that knows it."""

from __future__ import annotations

from importlib import import_module

from automl_magic.records import TaskFamily, TaskKind
from automl_magic.records.families import FAMILIES, family_of
from automl_magic.tasks.family import Family


def family_for(kind: TaskKind) -> Family:
    """Return the family of a kind of task."""
    return _load(family_of(kind))


def default_family() -> Family:
    """Return the family that reads the kind of task off the target, where none was asked for."""
    return _load(FAMILIES[0])


def _load(family: TaskFamily) -> Family:
    found: Family = import_module(family.tasks).FAMILY
    return found
