"""secrets: references to secrets, and their resolution.

reference   `SCHEME:PLACE`, which is safe to store in files, unlike the secret
env, file   the sources of secrets (one file each)
resolver    resolves references as late as possible

A secret is never logged, displayed or stored. Errors only have its reference.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.secrets.reference import SecretReference
    from automl_magic.secrets.resolver import parse_reference, resolve_secret, standalone_code

_MODULES = {
    "SecretReference": "reference",
    "parse_reference": "resolver",
    "resolve_secret": "resolver",
    "standalone_code": "resolver",
}

__all__ = ["SecretReference", "parse_reference", "resolve_secret", "standalone_code"]


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
