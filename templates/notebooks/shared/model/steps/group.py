def group_features(
    train,
    frame,
    columns,
    target=None,
    *,
    by=(),
    parse=None,
    base=8,
    most=10,
    smoothing=1.0,
    n_classes=0,
):
    """A number minus the mean of its category, and that mean, smoothed towards the overall mean.

    Pairs the `base` most relevant numbers with the first `base` categories. Keeps at most `most`
    pairs: those whose difference is more relevant than the number and than the category's mean
    target, by the most and by more than chance.
    """
    names = [name for name in columns if name not in by]
    rows = even_rows(len(train))

    def numbers(frame):
        parts = [as_numbers(frame[name], (parse or {}).get(name)) for name in names]
        return np.column_stack([np.empty((len(frame), 0)), *parts])

    def codes_of(frame, name):
        levels = sorted({text for text in as_text(train[name]) if text is not None})
        codes = {level: code for code, level in enumerate(levels, start=1)}
        return np.array([codes.get(text, 0) for text in as_text(frame[name])], dtype=int)

    def level_means(codes, values):
        is_known = ~np.isnan(values)
        prior = values[is_known].mean() if is_known.any() else 0.0
        in_level = is_known & (codes > 0)
        sums = np.bincount(codes[in_level], weights=values[in_level], minlength=codes.max() + 1)
        counts = np.bincount(codes[in_level], minlength=codes.max() + 1)
        return (sums + smoothing * prior) / (counts + smoothing)

    train_values = numbers(train)
    single = relevance(train_values[rows], target[rows], n_classes)
    strongest = sorted(np.argsort(-single, kind="stable")[:base])
    codes = {name: codes_of(train, name) for name in list(by)[:base]}
    pairs = [(name, i) for name in codes for i in strongest]
    if not pairs:
        return np.empty((len(frame), 0))
    means = [level_means(codes[name], train_values[:, i]) for name, i in pairs]
    differences = [
        train_values[rows, i] - level_mean[codes[name][rows]]
        for (name, i), level_mean in zip(pairs, means)
    ]
    gain = relevance(np.column_stack(differences), target[rows], n_classes)
    level_strength = dict(
        zip(codes, strength(train.iloc[rows], list(codes), target[rows], n_classes))
    )
    gain = gain - [max(single[i], level_strength[name]) for name, i in pairs]
    best = [k for k in np.argsort(-gain, kind="stable") if gain[k] > min_gain(len(rows))]
    values = numbers(frame)
    parts = [np.empty((len(frame), 0))]
    for k in best[:most]:
        name, i = pairs[k]
        mean = means[k][codes_of(frame, name)]
        parts += [values[:, i] - mean, mean]
    return np.column_stack(parts)
