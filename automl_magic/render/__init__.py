"""render: Plan → Notebook. It doesn't run anything.

Values are inserted as literals (`literal`), choices as complete pieces (`pieces`). So data can
never become code. A piece is valid Python with placeholders, `slot("name")`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.render.cells import code_cell, markdown_cell
    from automl_magic.render.explain import render_explain
    from automl_magic.render.explore import render_explore
    from automl_magic.render.literals import literal
    from automl_magic.render.model import render_model
    from automl_magic.render.monitor import render_monitor
    from automl_magic.render.notebook import to_script, to_text
    from automl_magic.render.requirements import requirements_for
    from automl_magic.render.retrain import ChallengerSpec, render_retrain
    from automl_magic.render.search import render_search
    from automl_magic.render.sections import SectionCell
    from automl_magic.render.slots import fill

__all__ = [
    "ChallengerSpec",
    "SectionCell",
    "code_cell",
    "fill",
    "literal",
    "markdown_cell",
    "render_explain",
    "render_explore",
    "render_model",
    "render_monitor",
    "render_retrain",
    "render_search",
    "requirements_for",
    "to_script",
    "to_text",
]

# Loaded lazily: nbformat takes longer than the limit for `import automl_magic`.
_MODULES = {
    "cells": ("code_cell", "markdown_cell"),
    "explain": ("render_explain",),
    "explore": ("render_explore",),
    "literals": ("literal",),
    "model": ("render_model",),
    "monitor": ("render_monitor",),
    "notebook": ("to_script", "to_text"),
    "requirements": ("requirements_for",),
    "retrain": ("ChallengerSpec", "render_retrain"),
    "search": ("render_search",),
    "sections": ("SectionCell",),
    "slots": ("fill",),
}


def __getattr__(name: str) -> object:
    for home, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
