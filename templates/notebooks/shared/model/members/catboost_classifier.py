import catboost
import numpy as np
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """CatBoost: boosted symmetric trees with target statistics for categories."""
    categorical = slot("categorical")

    def pool(X, y=None, weight=None):
        """Numbers as float32 and category codes as bytes. -1 is a missing category."""
        codes = np.nan_to_num(X[:, categorical], nan=-1).astype("int64")
        numbers = np.delete(X, categorical, axis=1).astype("float32")
        levels = codes.astype("S").astype(object)
        features = catboost.FeaturesData(
            num_feature_data=numbers if numbers.shape[1] else None,
            cat_feature_data=levels if levels.shape[1] else None,
        )
        return catboost.Pool(features, y, weight=weight)

    params = slot("params")
    params["random_seed"] = seed
    model = catboost.CatBoost(params)
    model.fit(pool(X, y, compute_sample_weight(slot("class_weight"), y)))
    return lambda X: model.predict(pool(X), prediction_type="Probability")


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
