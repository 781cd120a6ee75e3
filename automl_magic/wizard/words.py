"""Words of the field, written as people write them."""

from __future__ import annotations

_WRITTEN = {
    "roc_auc": "ROC AUC",
    "roc_auc_ovr": "ROC AUC, one against the rest",
    "f1": "F1",
    "f1_macro": "F1, all classes alike",
    "f1_weighted": "F1, weighted by class",
    "r2": "R²",
    "rmse": "RMSE",
    "mse": "MSE",
    "mae": "MAE",
    "mape": "MAPE",
    "rmsle": "RMSLE",
    "brier": "Brier score",
    "matthews_corrcoef": "Matthews correlation",
}


def metric(name: str) -> str:
    """Return the name of a metric as people write it: ROC AUC, log loss."""
    return _WRITTEN.get(name, name.replace("_", " "))
