"""execute: Notebook → Run. Runs papermill under a supervisor, and records each run."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.execute.failures import raise_for_status
    from automl_magic.execute.limits import RunLimits
    from automl_magic.execute.memory import memory_limit_bytes
    from automl_magic.execute.parameters import parameters_of, parse_parameter
    from automl_magic.execute.stop_request import StopRequest, write_stop_request
    from automl_magic.execute.store import RunStore
    from automl_magic.execute.supervisor import execute_notebook

_MODULES = {
    "RunLimits": "limits",
    "StopRequest": "stop_request",
    "write_stop_request": "stop_request",
    "RunStore": "store",
    "execute_notebook": "supervisor",
    "memory_limit_bytes": "memory",
    "parameters_of": "parameters",
    "parse_parameter": "parameters",
    "raise_for_status": "failures",
}
__all__ = [
    "RunLimits",
    "RunStore",
    "StopRequest",
    "execute_notebook",
    "memory_limit_bytes",
    "parameters_of",
    "parse_parameter",
    "raise_for_status",
    "write_stop_request",
]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
