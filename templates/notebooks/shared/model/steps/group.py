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
    """A number minus the mean of its category, and that mean, drawn towards the mean of all rows.

    The `base` most relevant numbers meet the first `base` categories. At most `most` pairs are
    kept: those whose difference orders the target better than the number alone, and than the mean
    target of the category, by the most and by more than chance.
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
        known = ~np.isnan(values)
        prior = values[known].mean() if known.any() else 0.0
        inside = known & (codes > 0)
        sums = np.bincount(codes[inside], weights=values[inside], minlength=codes.max() + 1)
        counts = np.bincount(codes[inside], minlength=codes.max() + 1)
        return (sums + smoothing * prior) / (counts + smoothing)

    known = numbers(train)
    alone = relevance(known[rows], target[rows], n_classes)
    paired = sorted(np.argsort(-alone, kind="stable")[:base])
    codes = {name: codes_of(train, name) for name in list(by)[:base]}
    offered = [(name, i) for name in codes for i in paired]
    if not offered:
        return np.empty((len(frame), 0))
    means = [level_means(codes[name], known[:, i]) for name, i in offered]
    apart = [known[rows, i] - of[codes[name][rows]] for (name, i), of in zip(offered, means)]
    gain = relevance(np.column_stack(apart), target[rows], n_classes)
    of_level = dict(zip(codes, strength(train.iloc[rows], list(codes), target[rows], n_classes)))
    gain = gain - [max(alone[i], of_level[name]) for name, i in offered]
    best = [k for k in np.argsort(-gain, kind="stable") if gain[k] > margin(len(rows))]
    values = numbers(frame)
    parts = [np.empty((len(frame), 0))]
    for k in best[:most]:
        name, i = offered[k]
        mean = means[k][codes_of(frame, name)]
        parts += [values[:, i] - mean, mean]
    return np.column_stack(parts)
