"""planning: Dataset → Plan. Decides what to try, in which order, and why."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.planning.plan import make_plan
    from automl_magic.planning.problems import find_problems
    from automl_magic.planning.spec import parse_spec, read_spec
    from automl_magic.planning.spec_text import format_spec

# Loaded on first use, because reading options doesn't need NumPy.
_MODULES = {
    "format_spec": "spec_text",
    "make_plan": "plan",
    "parse_spec": "spec",
    "find_problems": "problems",
    "read_spec": "spec",
}
__all__ = ["find_problems", "format_spec", "make_plan", "parse_spec", "read_spec"]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
