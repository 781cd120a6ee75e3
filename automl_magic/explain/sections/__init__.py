"""The sections of an explanation, one module each.

Each module defines SECTION and the function of its cell, which has the module's name.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from automl_magic.explain.section import ExplainPart, ExplainSection


@cache
def sections() -> tuple[ExplainSection, ...]:
    """Return all sections, in the order of the notebook."""
    modules = [import_module(f"{__name__}.{name}") for name in names()]
    loaded: list[ExplainSection] = [module.SECTION for module in modules]
    parts = list(ExplainPart)
    return tuple(sorted(loaded, key=lambda section: (parts.index(section.part), section.position)))


def names() -> tuple[str, ...]:
    """Return the names of the functions that compute a section."""
    return tuple(module.name for module in iter_modules(__path__))
