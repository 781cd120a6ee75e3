import lightgbm
import numpy as np
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """Gradient-boosted trees of LightGBM, grown leaf by leaf; codes of categories split as sets."""
    row_weights = compute_sample_weight(slot("class_weight"), y)
    rows = lightgbm.Dataset(X, y, weight=row_weights, categorical_feature=slot("categorical"))
    params = slot("params")
    params["seed"] = seed
    model = lightgbm.train(params, rows)

    def predict(X):
        p = model.predict(X)
        return np.column_stack([1 - p, p]) if p.ndim == 1 else p  # two classes come as one number

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
