"""explain: ModelVersion → Explanation. What moves a model, how honest it is, whom it treats how.

    Subject → (curves, thresholds, confusion, calibration, residuals, fairness)   on unseen rows
            → (shap_values, local_rows, permutation, dependence, counterfactuals) into the model
            → finish

A cell of an explain notebook calls one of these functions, in any order; each keeps its section in
the subject and shows it. Whatever could take long stops at its share of the budget and says so.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.explain.methods.calibration import calibration
    from automl_magic.explain.methods.confusion import confusion
    from automl_magic.explain.methods.counterfactuals import counterfactuals
    from automl_magic.explain.methods.curves import curves
    from automl_magic.explain.methods.dependence import dependence
    from automl_magic.explain.methods.fairness import fairness
    from automl_magic.explain.methods.finish import finish
    from automl_magic.explain.methods.local import local_rows
    from automl_magic.explain.methods.permutation import permutation
    from automl_magic.explain.methods.refit import refit
    from automl_magic.explain.methods.residuals import residuals
    from automl_magic.explain.methods.shap_values import shap_values
    from automl_magic.explain.methods.thresholds import thresholds
    from automl_magic.explain.subject import Subject

# Loaded when first used: SHAP takes seconds, and nobody waits for what no cell calls.
_HOMES = {
    "Subject": "subject",
    "calibration": "methods.calibration",
    "confusion": "methods.confusion",
    "counterfactuals": "methods.counterfactuals",
    "curves": "methods.curves",
    "dependence": "methods.dependence",
    "fairness": "methods.fairness",
    "finish": "methods.finish",
    "local_rows": "methods.local",
    "permutation": "methods.permutation",
    "refit": "methods.refit",
    "residuals": "methods.residuals",
    "shap_values": "methods.shap_values",
    "thresholds": "methods.thresholds",
}

__all__ = [
    "Subject",
    "calibration",
    "confusion",
    "counterfactuals",
    "curves",
    "dependence",
    "fairness",
    "finish",
    "local_rows",
    "permutation",
    "refit",
    "residuals",
    "shap_values",
    "thresholds",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
