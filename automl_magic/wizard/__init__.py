"""wizard: the way in for people who write no code. One widget for JupyterLab, Notebook and Voila.

The steps are described in Python as blocks; the JavaScript draws blocks and knows no step. What a
person has answered is one record, `Answers`, from which a call of `flow` and the code that does the
same are made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.wizard.widget import Wizard

__all__ = ["Wizard"]


def __getattr__(name: str) -> Any:
    if name == "Wizard":
        from automl_magic.wizard.widget import Wizard

        return Wizard
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
