import lightgbm
import numpy as np
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """LightGBM: gradient-boosted trees grown leaf by leaf, with native category splits."""
    row_weights = compute_sample_weight(slot("class_weight"), y)
    rows = lightgbm.Dataset(X, y, weight=row_weights, categorical_feature=slot("categorical"))
    params = slot("params")
    params["seed"] = seed
    model = lightgbm.train(params, rows)

    def predict(X):
        p = model.predict(X)
        return np.column_stack([1 - p, p]) if p.ndim == 1 else p  # binary: one probability

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
