"""margins: what each feature adds to the margin of a booster, by the paths of its trees.

TreeSHAP (Lundberg et al., Nature Machine Intelligence 2, 2020), computed by each library for its
own trees, missing cells and categories included: LightGBM and XGBoost as `pred_contrib`, CatBoost
as `ShapValues`. The margin is the value of a regression, the log-odds of the second of two classes,
and the raw score of each of more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from automl_magic.recipe.members.base import Model
from automl_magic.recipe.values import Floats


def _lightgbm(model: Model, matrix: Floats) -> Floats:
    flat = np.asarray(model.native.predict(matrix, pred_contrib=True), dtype=np.float64)
    # (n, outputs · (features + 1)), one class after the other.
    return flat.reshape(len(matrix), -1, matrix.shape[1] + 1).transpose(0, 2, 1)


def _xgboost(model: Model, matrix: Floats) -> Floats:
    import xgboost

    types = ["c" if i in model.categorical else "q" for i in range(matrix.shape[1])]
    rows = xgboost.DMatrix(matrix, feature_types=types, enable_categorical=True)
    found = np.asarray(model.native.predict(rows, pred_contribs=True), dtype=np.float64)
    return found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)


def _catboost(model: Model, matrix: Floats) -> Floats:
    from automl_magic.recipe.members.catboost import pool

    found = np.asarray(
        model.native.get_feature_importance(pool(matrix, model.categorical), type="ShapValues"),
        dtype=np.float64,
    )
    found = found[:, :, None] if found.ndim == 2 else found.transpose(0, 2, 1)
    # CatBoost has the numbers first and the categories behind them.
    categorical = list(model.categorical)
    numbers = [i for i in range(matrix.shape[1]) if i not in categorical]
    back = np.argsort([*numbers, *categorical])
    return np.concatenate([found[:, :-1][:, back], found[:, -1:]], axis=1)


# By estimator, a function of a fitted model and a matrix of n rows. It returns an array of shape
# (n, n_features + 1, n_outputs), the base value last.
MARGINS: Mapping[str, Callable[[Model, Floats], Floats]] = {
    "lightgbm": _lightgbm,
    "xgboost": _xgboost,
    "catboost": _catboost,
}
