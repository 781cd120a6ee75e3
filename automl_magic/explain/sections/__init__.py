"""The sections of an explanation: one file each, found by being here.

A file holds SECTION, the facts of the section, and the function of its cell, which has the name of
the file.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from automl_magic.explain.section import ExplainSection, Part


@cache
def sections() -> tuple[ExplainSection, ...]:
    """Return the facts of all sections, in the order of the notebook."""
    modules = [import_module(f"{__name__}.{name}") for name in names()]
    found: list[ExplainSection] = [module.SECTION for module in modules]
    parts = list(Part)
    return tuple(sorted(found, key=lambda one: (parts.index(one.part), one.place)))


def names() -> tuple[str, ...]:
    """Return the names of the functions that make a section."""
    return tuple(module.name for module in iter_modules(__path__))
