import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """A small neural network. Inputs are clipped to [-5, 5], so outliers don't dominate it."""
    params = slot("params")
    params["random_state"] = np.random.RandomState(seed)  # shuffles each epoch differently
    model = MLPClassifier(**params)
    row_weights = compute_sample_weight(slot("class_weight"), y)
    for _ in range(params["max_iter"]):
        model.partial_fit(np.clip(X, -5, 5), y, classes=np.unique(y), sample_weight=row_weights)

    def predict(X):
        probabilities = np.zeros((len(X), slot("n_classes")))
        probabilities[:, model.classes_] = model.predict_proba(np.clip(X, -5, 5))
        return probabilities

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
