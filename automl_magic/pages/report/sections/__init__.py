"""The sections of the report: one file each, found by being here, and called as their section.

A file holds SECTION, a `ReportSection`. A section without a file is shown by how it was made, with
a link to its cell.
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
    found: list[ReportSection[Any]] = [
        import_module(f"{__name__}.{name}").SECTION for name in names
    ]
    return {one.name: one for one in sorted(found, key=lambda one: one.place)}
