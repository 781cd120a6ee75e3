from threadpoolctl import threadpool_limits

# Linear algebra in one thread: several add up in any order, which changes the last digits.
threadpool_limits(1, user_api="blas")


def fit(train, y_train):
    """Fit every member on the rows of `train`; return a function that predicts other rows."""
    matrices = {view: features(train, train, y_train) for view, features in views.items()}
    fitted = {
        name: member(matrices[member_views[name]], y_train) for name, member in members.items()
    }

    def predict(frame):
        """The weighted mean of the members' predictions."""
        # A copy, for a view has special features for the very rows that it learns from.
        frame = frame.copy()
        matrices = {view: features(train, frame, y_train) for view, features in views.items()}
        return sum(
            weights[name] * predict_matrix(matrices[member_views[name]])
            for name, predict_matrix in fitted.items()
        )

    return predict
