from sklearn.tree import DecisionTreeRegressor


def member(X, y, _):
    """One decision tree."""
    params = slot("params")
    model = DecisionTreeRegressor(**params)
    model.fit(X, y)
    return model.predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
