import lightgbm


def member(X, y, seed):
    """Gradient-boosted trees of LightGBM, grown leaf by leaf; codes of categories split as sets."""
    rows = lightgbm.Dataset(X, y, categorical_feature=slot("categorical"))
    params = slot("params")
    params["seed"] = seed
    model = lightgbm.train(params, rows)
    return model.predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
