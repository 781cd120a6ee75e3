"""Sections of the drift report. Each module in this package is a section."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from automl_magic.monitor.section import MonitorPart, MonitorSection


@cache
def sections() -> tuple[MonitorSection, ...]:
    """Return the metadata of all sections, in notebook order."""
    unordered: list[MonitorSection] = [
        import_module(f"{__name__}.{name}").SECTION for name in names()
    ]
    parts = list(MonitorPart)
    return tuple(
        sorted(unordered, key=lambda section: (parts.index(section.part), section.position))
    )


def names() -> tuple[str, ...]:
    """Return the names of the sections, which are also their functions' names."""
    return tuple(module.name for module in iter_modules(__path__))
