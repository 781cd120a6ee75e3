def target_mean_features(
    train, frame, columns, target=None, *, smoothing=10.0, n_folds=5, seed=0, n_classes=0
):
    """The mean target of a level, drawn towards the mean of all rows, and log(1 + its rows).

    The training rows get the means of the other folds, so that no row sees its own target.
    """
    goals = [(target == code).astype("float64") for code in range(n_classes)]
    goals = goals or [target.astype("float64")]
    folds = inner_folds(train, n_folds, seed)
    parts = []
    for column in columns:
        levels = sorted({text for text in as_text(train[column]) if text is not None})
        codes_of = {level: code for code, level in enumerate(levels, start=1)}
        known = np.array([codes_of.get(text, 0) for text in as_text(train[column])], dtype=int)
        codes = np.array([codes_of.get(text, 0) for text in as_text(frame[column])], dtype=int)

        def sums(rows, weights=None):
            rows = rows & (known > 0)
            weights = None if weights is None else weights[rows]
            return np.bincount(known[rows], weights=weights, minlength=len(levels) + 1)

        def means(rows, goal):
            return (sums(rows, goal) + smoothing * goal.mean()) / (sums(rows) + smoothing)

        for goal in goals:
            encoded = means(folds >= 0, goal)[codes]
            if frame is train:
                for fold in np.unique(folds):
                    encoded[folds == fold] = means(folds != fold, goal)[codes[folds == fold]]
            parts.append(encoded)
        parts.append(np.log1p(sums(folds >= 0))[codes])
    return np.column_stack(parts)
