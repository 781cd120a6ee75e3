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
    from automl_magic.explain.calibration import calibration
    from automl_magic.explain.confusion import confusion
    from automl_magic.explain.counterfactuals import counterfactuals
    from automl_magic.explain.curves import curves
    from automl_magic.explain.dependence import dependence
    from automl_magic.explain.fairness import fairness
    from automl_magic.explain.finish import finish
    from automl_magic.explain.local import local_rows
    from automl_magic.explain.permutation import permutation
    from automl_magic.explain.refit import refit
    from automl_magic.explain.residuals import residuals
    from automl_magic.explain.shap_values import shap_values
    from automl_magic.explain.subject import Subject
    from automl_magic.explain.thresholds import thresholds

# Loaded when first used: SHAP takes seconds, and nobody waits for what no cell calls.
_HOMES = {
    "Subject": "subject",
    "calibration": "calibration",
    "confusion": "confusion",
    "counterfactuals": "counterfactuals",
    "curves": "curves",
    "dependence": "dependence",
    "fairness": "fairness",
    "finish": "finish",
    "local_rows": "local",
    "permutation": "permutation",
    "refit": "refit",
    "residuals": "residuals",
    "shap_values": "shap_values",
    "thresholds": "thresholds",
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
