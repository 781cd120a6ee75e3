"""explain: ModelVersion → Explanation. What moves a model, how honest it is, whom it treats how.

    Subject → (curves, thresholds, confusion, calibration, residuals, fairness)   on unseen rows
            → (shap_values, local_rows, permutation, dependence, counterfactuals) into the model
            → finish

A cell of an explain notebook calls one of these functions, in any order; each keeps its section in
the subject and shows it. Whatever could take long stops at its share of the budget and says so.
A section is one file in `sections`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.explain.cells.finish import finish
    from automl_magic.explain.cells.refit import refit
    from automl_magic.explain.subject import Subject

__all__ = ["Subject", "finish", "refit"]

_HOMES = {"Subject": "subject", "finish": "cells.finish", "refit": "cells.refit"}


def __getattr__(name: str) -> Any:
    # Loaded when first used: SHAP takes seconds, and nobody waits for what no cell calls.
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    if not name.startswith("_") and name in import_module(f"{__name__}.sections").names():
        return getattr(import_module(f"{__name__}.sections.{name}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *import_module(f"{__name__}.sections").names()})
