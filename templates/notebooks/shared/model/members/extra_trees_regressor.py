from sklearn.ensemble import ExtraTreesRegressor


def member(X, y, seed):
    """Extremely randomized trees: a forest with random split thresholds."""
    params = slot("params")
    params["random_state"] = seed
    model = ExtraTreesRegressor(**params)
    model.fit(X, y)
    model.set_params(n_jobs=1)  # threads would sum the trees in any order
    return model.predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
