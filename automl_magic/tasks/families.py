"""families: from a kind of task to the family that knows it."""

from __future__ import annotations

from importlib import import_module

from automl_magic.records import TaskKind
from automl_magic.tasks.family import Family


def family_for(kind: TaskKind) -> Family:
    """Return the family of a kind of task."""
    del kind
    return default_family()


def default_family() -> Family:
    """Return the family that reads the kind of task off the target, where none was asked for."""
    found: Family = import_module("automl_magic.tasks.tabular.family").FAMILY
    return found
