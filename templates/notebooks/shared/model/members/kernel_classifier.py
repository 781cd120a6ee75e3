import numpy as np
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """Logistic regression on the RBF similarities of a row to a random sample of rows."""
    params = slot("params")
    X = np.clip(X, -5, 5)
    similarities = Nystroem(
        gamma=params["gamma"] / (X.shape[1] * X.var() or 1.0),
        n_components=min(params["n_components"], len(X)),
        random_state=seed,
    )
    model = make_pipeline(similarities, LogisticRegression(C=params["C"], max_iter=1000))
    row_weights = compute_sample_weight(slot("class_weight"), y)
    model.fit(X, y, logisticregression__sample_weight=row_weights)

    def predict(X):
        probabilities = np.zeros((len(X), slot("n_classes")))
        probabilities[:, model.classes_] = model.predict_proba(np.clip(X, -5, 5))
        return probabilities

    return predict


members[slot("name")] = member
member_views[slot("name")] = slot("view")
weights[slot("name")] = slot("weight")
seeds[slot("name")] = slot("seeds")
