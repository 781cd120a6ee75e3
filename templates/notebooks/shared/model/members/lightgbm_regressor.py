import lightgbm


def member(X, y, seed):
    """LightGBM: gradient-boosted trees grown leaf by leaf, with native category splits."""
    rows = lightgbm.Dataset(X, y, categorical_feature=slot("categorical"))
    params = slot("params")
    params["seed"] = seed
    model = lightgbm.train(params, rows)
    return model.predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
