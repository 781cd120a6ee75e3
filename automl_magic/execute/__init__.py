"""execute: Notebook → Run. papermill under a supervisor; the run record is the only truth."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.execute.failures import raise_for
    from automl_magic.execute.limits import Limits
    from automl_magic.execute.memory import memory_limit_bytes
    from automl_magic.execute.parameters import parameters_of, parse_parameter
    from automl_magic.execute.store import RunStore
    from automl_magic.execute.supervisor import execute_notebook
    from automl_magic.execute.wishes import Wish, leave

_HOMES = {
    "Limits": "limits",
    "Wish": "wishes",
    "leave": "wishes",
    "RunStore": "store",
    "execute_notebook": "supervisor",
    "memory_limit_bytes": "memory",
    "parameters_of": "parameters",
    "parse_parameter": "parameters",
    "raise_for": "failures",
}
__all__ = [
    "Limits",
    "RunStore",
    "Wish",
    "execute_notebook",
    "leave",
    "memory_limit_bytes",
    "parameters_of",
    "parse_parameter",
    "raise_for",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
