from itertools import combinations


def cross_features(
    train,
    frame,
    columns,
    target=None,
    *,
    base=8,
    most=10,
    smoothing=10.0,
    n_folds=5,
    seed=0,
    n_classes=0,
):
    """The mean target of two categories taken as one, and the log count, as for one category.

    The `base` strongest columns are paired. At most `most` pairs are kept: those that explain more
    of the target than their columns added up by the most, and by more than chance.
    """
    settings = {"smoothing": smoothing, "n_folds": n_folds, "seed": seed, "n_classes": n_classes}

    def crossed(frame, pairs):
        """One column of text for each pair; it is missing where one of the two is."""
        parts = {}
        for number, (i, j) in enumerate(pairs):
            both = zip(as_text(frame[columns[i]]), as_text(frame[columns[j]]))
            parts[number] = [None if None in pair else str(pair) for pair in both]
        return pd.DataFrame(parts, index=frame.index, dtype=object)

    rows = even_rows(len(train))
    some, goal = train.iloc[rows], target[rows]
    alone = strength(some, columns, goal, **settings)
    paired = sorted(np.argsort(-alone, kind="stable")[:base])
    offered = list(combinations(paired, 2))
    added_up = np.array([(alone[i] ** 2 + alone[j] ** 2) ** 0.5 for i, j in offered]).round(9)
    gain = strength(crossed(some, offered), range(len(offered)), goal, **settings) - added_up
    best = [k for k in np.argsort(-gain, kind="stable") if gain[k] > margin(len(rows))]
    chosen = [offered[k] for k in best[:most]]
    if not chosen:
        return np.empty((len(frame), 0))
    known = crossed(train, chosen)
    values = known if frame is train else crossed(frame, chosen)
    return target_mean_features(known, values, list(known), target, **settings)
