from threadpoolctl import threadpool_limits

# Linear algebra in one thread: several add up in any order, which changes the last digits.
threadpool_limits(1, user_api="blas")


def fit(train, y_train):
    """Fit every member on the rows of `train`, once with each of its seeds; return a function that
    predicts other rows.
    """
    matrices = {view: features(train, train, y_train) for view, features in views.items()}
    fitted = {
        name: [member(matrices[member_views[name]], y_train, seed) for seed in seeds[name]]
        for name, member in members.items()
    }

    def predict(frame):
        """The members' predictions, combined into one and corrected."""
        # A copy, for a view has special features for the very rows that it learns from.
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
