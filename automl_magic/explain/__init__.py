"""explain: ModelVersion → Explanation. Performance, calibration, fairness, feature effects.

    Subject → (curves, thresholds, confusion, calibration, residuals, fairness)   on unseen rows
            → (shap_values, local_rows, permutation, dependence, counterfactuals) of the model
            → finish

Each cell of an explain notebook calls one of these functions, in any order. Each stores its section
in the `Explainer` and shows it. Slow functions stop at their share of the budget and note it.
Each section is one module in `sections`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.explain.cells.finish import finish
    from automl_magic.explain.cells.refit import refit
    from automl_magic.explain.explainer import Explainer

__all__ = ["Explainer", "finish", "refit"]

_HOMES = {"Explainer": "explainer", "finish": "cells.finish", "refit": "cells.refit"}


def __getattr__(name: str) -> object:
    # Load on first use: importing SHAP takes seconds.
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    if not name.startswith("_") and name in import_module(f"{__name__}.sections").names():
        return getattr(import_module(f"{__name__}.sections.{name}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *import_module(f"{__name__}.sections").names()})
