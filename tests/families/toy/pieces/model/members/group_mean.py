def member(X, y, _):
    """The mean of each group; a group that is new has the mean of all."""
    prior_rows = slot("params")["prior_rows"]
    of_all = y.mean()
    found = [y[X[:, 0] == group] for group in range(int(np.nanmax(X[:, 0])) + 1)]
    means = [(of_one.sum() + prior_rows * of_all) / (len(of_one) + prior_rows) for of_one in found]

    def predict(X_new):
        is_known = (X_new[:, 0] >= 0) & (X_new[:, 0] < len(means))
        codes = np.where(is_known, X_new[:, 0], 0).astype(int)
        return np.where(is_known, np.array(means)[codes], of_all)

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
