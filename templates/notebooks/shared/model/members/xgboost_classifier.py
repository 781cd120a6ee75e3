import numpy as np
import xgboost
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """XGBoost: gradient-boosted trees grown level by level on histograms."""
    types = ["c" if i in slot("categorical") else "q" for i in range(X.shape[1])]
    row_weights = compute_sample_weight(slot("class_weight"), y)
    rows = xgboost.DMatrix(X, y, weight=row_weights, feature_types=types, enable_categorical=True)
    params = slot("params")
    params["params"]["seed"] = seed
    model = xgboost.train(dtrain=rows, **params)

    def predict(X):
        rows = xgboost.DMatrix(X, feature_types=types, enable_categorical=True)
        p = model.predict(rows).astype("float64")
        p = np.column_stack([1 - p, p]) if p.ndim == 1 else p  # binary: one probability
        return p / p.sum(axis=1, keepdims=True)  # float32 sums to 1 only to seven digits

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
