def strength(frame, columns, target, n_classes, **settings):
    """How much of the target each category explains out of fold: the root of R2, 0 for none."""
    goals = [(target == code).astype("float64") for code in range(n_classes)]
    wanted = np.column_stack(goals or [target.astype("float64")])
    spread = ((wanted - wanted.mean(axis=0)) ** 2).sum()
    found = []
    for column in columns:
        means = target_mean_features(
            frame, frame, [column], target, n_classes=n_classes, **settings
        )
        error = ((wanted - means[:, :-1]) ** 2).sum()
        found.append(round(max(0.0, 1 - error / spread) ** 0.5, 9) if spread > 0 else 0.0)
    return np.array(found)
