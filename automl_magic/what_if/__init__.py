"""What-if analysis: a widget to change the values of a row and see the new prediction.

The widget sends its state and receives actions. The model runs in the kernel; the JavaScript only
draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.what_if.widget import WhatIf, whatif

__all__ = ["WhatIf", "whatif"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from automl_magic.what_if import widget

        return getattr(widget, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
