import lightgbm


def member(X, y):
    """Gradient-boosted trees of LightGBM, grown leaf by leaf; codes of categories split as sets."""
    rows = lightgbm.Dataset(X, y, categorical_feature=slot("categorical"))
    params = slot("params")
    model = lightgbm.train(params, rows)
    return model.predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
