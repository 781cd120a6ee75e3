from sklearn.ensemble import RandomForestRegressor


def member(X, y, seed):
    """A random forest: each tree is grown on a bootstrap sample of the rows."""
    params = slot("params")
    params["random_state"] = seed
    model = RandomForestRegressor(**params)
    model.fit(X, y)
    model.set_params(n_jobs=1)  # threads would sum the trees in any order
    return model.predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
