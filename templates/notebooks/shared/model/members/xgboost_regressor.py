import xgboost


def member(X, y, seed):
    """XGBoost: gradient-boosted trees grown level by level on histograms."""
    types = ["c" if i in slot("categorical") else "q" for i in range(X.shape[1])]
    rows = xgboost.DMatrix(X, y, feature_types=types, enable_categorical=True)
    params = slot("params")
    params["params"]["seed"] = seed
    model = xgboost.train(dtrain=rows, **params)

    def predict(X):
        rows = xgboost.DMatrix(X, feature_types=types, enable_categorical=True)
        return model.predict(rows).astype("float64")

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
