"""Names of metrics for display."""

from __future__ import annotations

_NAMES = {
    "roc_auc": "ROC AUC",
    "roc_auc_ovr": "ROC AUC (one-vs-rest)",
    "f1": "F1",
    "f1_macro": "F1 (macro)",
    "f1_weighted": "F1 (weighted)",
    "r2": "R²",
    "rmse": "RMSE",
    "mse": "MSE",
    "mae": "MAE",
    "mape": "MAPE",
    "rmsle": "RMSLE",
    "brier": "Brier score",
    "matthews_corrcoef": "Matthews correlation",
}


def format_metric(name: str) -> str:
    """Return the display name of a metric: ROC AUC, log loss."""
    return _NAMES.get(name, name.replace("_", " "))
