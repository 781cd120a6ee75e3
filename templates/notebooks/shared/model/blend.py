from threadpoolctl import threadpool_limits

# Use one thread for linear algebra: with more, sums change in their last digits.
threadpool_limits(1, user_api="blas")


def fit(train, y_train):
    """Fit every member on the rows of `train`, once per seed. Return a function that predicts."""
    matrices = {view: features(train, train, y_train) for view, features in views.items()}
    fitted = {
        name: [member(matrices[member_views[name]], y_train, seed) for seed in seeds[name]]
        for name, member in members.items()
    }

    def predict(frame):
        """The combined and calibrated predictions of the members."""
        # A copy, because views return out-of-fold features for the training frame itself.
        frame = frame.copy()
        matrices = {view: features(train, frame, y_train) for view, features in views.items()}
        predicted = combine(
            {
                name: sum(fit(matrices[member_views[name]]) for fit in fits) / len(fits)
                for name, fits in fitted.items()
            }
        )
        for correct in corrections.values():
            predicted = correct(predicted)
        return predicted

    return predict
