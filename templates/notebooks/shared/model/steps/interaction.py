from itertools import combinations


def interaction_features(
    train, frame, columns, target=None, *, parse=None, base=10, most=20, n_classes=0
):
    """Sums, differences, products and ratios of two numbers that are relevant together.

    Pairs the `base` most relevant numbers. Keeps at most `most` combinations: those that gain the
    most relevance over their two columns, and more than chance. A product or a ratio has to beat
    the best weighted sum of the two, a sum or a difference each of the two.
    """

    def combine(left, sign, right):
        with np.errstate(all="ignore"):
            by_sign = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
            values = by_sign[sign](left, right)
        return np.where(np.abs(values) <= MAX_MAGNITUDE, values, np.nan)

    rows = even_rows(len(train))
    sample = train.iloc[rows]
    sample_values = np.column_stack(
        [as_numbers(sample[name], (parse or {}).get(name)) for name in columns]
    )
    single = relevance(sample_values, target[rows], n_classes)
    strongest = sorted(np.argsort(-single, kind="stable")[:base])
    candidates = [(i, sign, j) for i, j in combinations(strongest, 2) for sign in "+-*/"]
    if not candidates:
        return np.empty((len(frame), 0))
    results = np.column_stack(
        [combine(sample_values[:, i], sign, sample_values[:, j]) for i, sign, j in candidates]
    )
    gain = relevance(results, target[rows], n_classes)
    sums = relevance_of_sums(
        sample_values, target[rows], n_classes, [(i, j) for i, _, j in candidates]
    )
    gain = gain - [
        sum_relevance if sign in "*/" else max(single[i], single[j])
        for (i, sign, j), sum_relevance in zip(candidates, sums)
    ]
    best = [k for k in np.argsort(-gain, kind="stable") if gain[k] > min_gain(len(rows))]
    parts = [np.empty((len(frame), 0))]
    for i, sign, j in [candidates[k] for k in best[:most]]:
        left, right = (as_numbers(frame[columns[k]], (parse or {}).get(columns[k])) for k in (i, j))
        parts.append(combine(left, sign, right))
    return np.column_stack(parts)
