import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """A random forest: each tree is grown on a bootstrap sample of the rows."""
    params = slot("params")
    params["random_state"] = seed
    model = RandomForestClassifier(**params)
    model.fit(X, y, sample_weight=compute_sample_weight(slot("class_weight"), y))
    model.set_params(n_jobs=1)  # threads would sum the trees in any order

    def predict(X):
        probabilities = np.zeros((len(X), slot("n_classes")))
        probabilities[:, model.classes_] = model.predict_proba(X)
        return probabilities

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
