def features(train, frame, target):
    def side_by_side(frame):
        return np.hstack(
            [
                slot("steps"),
            ]
        )

    train_values = side_by_side(train)
    return select_features(
        train_values,
        train_values if frame is train else side_by_side(frame),
        target,
        slot("codes"),
        method=slot("method"),
        most=slot("most"),
        rows=slot("rows"),
        seed=slot("seed"),
        classify=slot("classify"),
    )


views[slot("view")] = features
