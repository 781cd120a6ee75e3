def strength(frame, columns, target, n_classes, **settings):
    """How much of the target each category explains out of fold: the square root of R2."""
    targets = [(target == code).astype("float64") for code in range(n_classes)]
    targets = np.column_stack(targets or [target.astype("float64")])
    spread = ((targets - targets.mean(axis=0)) ** 2).sum()
    results = []
    for column in columns:
        means = target_mean_features(
            frame, frame, [column], target, n_classes=n_classes, **settings
        )
        error = ((targets - means[:, :-1]) ** 2).sum()
        results.append(round(max(0.0, 1 - error / spread) ** 0.5, 9) if spread > 0 else 0.0)
    return np.array(results)
