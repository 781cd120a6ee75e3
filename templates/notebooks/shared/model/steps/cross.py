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
    """The mean target of pairs of categories, and the log count, as for one category.

    Pairs the `base` strongest columns. Keeps at most `most` pairs: those that explain more of the
    target than the sum of their columns, by the most and by more than chance.
    """
    settings = {"smoothing": smoothing, "n_folds": n_folds, "seed": seed, "n_classes": n_classes}

    def cross(frame, pairs):
        """One text column per pair, missing if either value is."""
        parts = {}
        for number, (i, j) in enumerate(pairs):
            texts = zip(as_text(frame[columns[i]]), as_text(frame[columns[j]]))
            parts[number] = [None if None in pair else str(pair) for pair in texts]
        return pd.DataFrame(parts, index=frame.index, dtype=object)

    rows = even_rows(len(train))
    sample, y_sample = train.iloc[rows], target[rows]
    single = strength(sample, columns, y_sample, **settings)
    strongest = sorted(np.argsort(-single, kind="stable")[:base])
    all_pairs = list(combinations(strongest, 2))
    single_sum = np.array([(single[i] ** 2 + single[j] ** 2) ** 0.5 for i, j in all_pairs]).round(9)
    gain = (
        strength(cross(sample, all_pairs), range(len(all_pairs)), y_sample, **settings) - single_sum
    )
    best = [k for k in np.argsort(-gain, kind="stable") if gain[k] > min_gain(len(rows))]
    selected = [all_pairs[k] for k in best[:most]]
    if not selected:
        return np.empty((len(frame), 0))
    train_pairs = cross(train, selected)
    values = train_pairs if frame is train else cross(frame, selected)
    return target_mean_features(train_pairs, values, list(train_pairs), target, **settings)
