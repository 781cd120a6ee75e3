import numpy as np
from sklearn.neural_network import MLPRegressor


def member(X, y, seed):
    """A small neural network. Values far away are moved to 5: they would draw it to themselves."""
    params = slot("params")
    params["random_state"] = np.random.RandomState(seed)  # shuffles each epoch in another way
    model = MLPRegressor(**params)
    mean, spread = y.mean(), y.std() or 1.0
    for _ in range(params["max_iter"]):
        model.partial_fit(np.clip(X, -5, 5), (y - mean) / spread)
    model.coefs_[-1] = model.coefs_[-1] * spread  # back to the unit of the target
    model.intercepts_[-1] = model.intercepts_[-1] * spread + mean
    return lambda X: model.predict(np.clip(X, -5, 5))


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
