"""The sections of the report, one module each, with the name of their section.

Each module defines SECTION, a `ReportSection`. A section without a module is shown as its method
and a link to its cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from automl_magic.pages.report.section import ReportSection


@cache
def sections() -> Mapping[str, ReportSection[Any]]:
    """Return the sections by name, in the order of the page."""
    names = (module.name for module in iter_modules(__path__))
    loaded: list[ReportSection[Any]] = [
        import_module(f"{__name__}.{name}").SECTION for name in names
    ]
    return {section.name: section for section in sorted(loaded, key=lambda s: s.position)}
