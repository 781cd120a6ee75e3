from sklearn.linear_model import Ridge


def member(X, y, _):
    """Linear regression with an L2 penalty (ridge)."""
    params = slot("params")
    model = Ridge(**params)
    model.fit(X, y)
    return model.predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
