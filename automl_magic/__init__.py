"""automl-magic: from a table and a target to notebooks that you can read, repeat and keep.

Importing this package is fast. Functions import what they need when they're first called.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.flow import fit, plan, run, search, why
    from automl_magic.what_if import whatif

__version__ = "0.1.0"
__all__ = ["__version__", "fit", "plan", "run", "search", "whatif", "why"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        module = "automl_magic.what_if" if name == "whatif" else "automl_magic.flow"
        return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module 'automl_magic' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Register `%automl` and `%%automl`. IPython calls this for `%load_ext automl_magic`."""
    importlib.import_module("automl_magic.magics").register(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Unregister the magics. IPython calls this for `%unload_ext automl_magic`."""
    importlib.import_module("automl_magic.magics").unregister(shell)
