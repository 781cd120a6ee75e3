"""secrets: references to secrets, and the one place where they are followed.

reference   `SCHEME:PLACE`, which may stand in any file; the secret itself never does
env, file   where secrets lie (one file each)
resolver    reference → the secret, at the last moment

A value is never logged, shown, or written down; errors name the reference alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.secrets.reference import Reference
    from automl_magic.secrets.resolver import parse, resolve, standalone_code

_HOME = {
    "Reference": "reference",
    "parse": "resolver",
    "resolve": "resolver",
    "standalone_code": "resolver",
}

__all__ = ["Reference", "parse", "resolve", "standalone_code"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
