def target_mean_features(
    train, frame, columns, target=None, *, smoothing=10.0, n_folds=5, seed=0, n_classes=0
):
    """The mean target of a level, smoothed towards the overall mean, and log(1 + its rows).

    Training rows get out-of-fold means, so no row sees its own target.
    """
    targets = [(target == code).astype("float64") for code in range(n_classes)]
    targets = targets or [target.astype("float64")]
    folds = inner_folds(train, n_folds, seed)
    parts = []
    for column in columns:
        levels = sorted({text for text in as_text(train[column]) if text is not None})
        code_of_level = {level: code for code, level in enumerate(levels, start=1)}
        train_codes = np.array(
            [code_of_level.get(text, 0) for text in as_text(train[column])], dtype=int
        )
        codes = np.array([code_of_level.get(text, 0) for text in as_text(frame[column])], dtype=int)

        def sums(rows, weights=None):
            rows = rows & (train_codes > 0)
            weights = None if weights is None else weights[rows]
            return np.bincount(train_codes[rows], weights=weights, minlength=len(levels) + 1)

        def means(rows, target_column):
            return (sums(rows, target_column) + smoothing * target_column.mean()) / (
                sums(rows) + smoothing
            )

        for target_column in targets:
            encoded = means(folds >= 0, target_column)[codes]
            if frame is train:
                for fold in np.unique(folds):
                    encoded[folds == fold] = means(folds != fold, target_column)[
                        codes[folds == fold]
                    ]
            parts.append(encoded)
        parts.append(np.log1p(sums(folds >= 0))[codes])
    return np.column_stack(parts)
