import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, _):
    """The baseline: class frequencies, the same for every row."""
    params = slot("params")
    model = DummyClassifier(**params)
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
