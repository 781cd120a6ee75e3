"""wizard: find a model without code, in one widget for JupyterLab, Notebook and Voila.

Python describes each step as blocks, and JavaScript draws the blocks. The user's answers are one
record, `Answers`. It's turned into a call of `flow`, and into code that does the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.wizard.widget import Wizard

__all__ = ["Wizard"]


def __getattr__(name: str) -> object:
    if name == "Wizard":
        from automl_magic.wizard.widget import Wizard

        return Wizard
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
