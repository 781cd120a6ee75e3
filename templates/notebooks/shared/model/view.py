def features(train, frame, target):
    return np.hstack(
        [
            slot("steps"),
        ]
    )


views[slot("view")] = features
