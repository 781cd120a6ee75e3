"""planning: Dataset → Plan. Decides what to try, in which order, and why; trains nothing."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.planning.plan import make_plan
    from automl_magic.planning.problems import problems_in
    from automl_magic.planning.spec import parse_spec, read_spec
    from automl_magic.planning.spec_text import format_spec

# Loaded when first used: a front door that reads options needs no NumPy.
_HOMES = {
    "format_spec": "spec_text",
    "make_plan": "plan",
    "parse_spec": "spec",
    "problems_in": "problems",
    "read_spec": "spec",
}
__all__ = ["format_spec", "make_plan", "parse_spec", "problems_in", "read_spec"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
