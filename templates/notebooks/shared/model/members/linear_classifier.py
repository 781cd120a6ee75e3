import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, _):
    """Logistic regression with an L2 penalty."""
    params = slot("params")
    model = LogisticRegression(**params)
    model.fit(X, y, sample_weight=compute_sample_weight(slot("class_weight"), y))

    def predict(X):
        probabilities = np.zeros((len(X), slot("n_classes")))
        probabilities[:, model.classes_] = model.predict_proba(X)
        return probabilities

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
