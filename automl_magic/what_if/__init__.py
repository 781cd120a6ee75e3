"""what_if: one row, its values in a person's hands, and what the model then says.

The widget sends what is to be shown and hears what a person does; everything is computed here, in
the kernel, by the model itself. The JavaScript draws and knows no model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.what_if.widget import WhatIf, whatif

__all__ = ["WhatIf", "whatif"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from automl_magic.what_if import widget

        return getattr(widget, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
