"""The sections of a monitor's report: one file each, found by being here."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from automl_magic.monitor.section import MonitorSection, Part


@cache
def sections() -> tuple[MonitorSection, ...]:
    """Return the facts of all sections, in the order of the notebook."""
    found: list[MonitorSection] = [import_module(f"{__name__}.{name}").SECTION for name in names()]
    parts = list(Part)
    return tuple(sorted(found, key=lambda one: (parts.index(one.part), one.place)))


def names() -> tuple[str, ...]:
    """Return the names of the functions that make a section."""
    return tuple(module.name for module in iter_modules(__path__))
