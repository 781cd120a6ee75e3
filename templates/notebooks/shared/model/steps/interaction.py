from itertools import combinations


def interaction_features(
    train, frame, columns, target=None, *, parse=None, base=10, most=20, n_classes=0
):
    """Sums, differences, products and ratios of two numbers that order the target better.

    The `base` most relevant numbers are paired. At most `most` combinations are kept: those whose
    relevance exceeds what the two say without it by the most, and by more than chance. A product
    or a ratio has to beat their best weighted sum, a sum or a difference each of the two.
    """

    def combined(one, sign, other):
        with np.errstate(all="ignore"):
            by_sign = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
            values = by_sign[sign](one, other)
        return np.where(np.abs(values) <= LARGEST, values, np.nan)

    rows = even_rows(len(train))
    some = train.iloc[rows]
    known = np.column_stack([as_numbers(some[name], (parse or {}).get(name)) for name in columns])
    alone = relevance(known, target[rows], n_classes)
    paired = sorted(np.argsort(-alone, kind="stable")[:base])
    offered = [(i, sign, j) for i, j in combinations(paired, 2) for sign in "+-*/"]
    if not offered:
        return np.empty((len(frame), 0))
    together = np.column_stack([combined(known[:, i], sign, known[:, j]) for i, sign, j in offered])
    gain = relevance(together, target[rows], n_classes)
    sums = relevance_of_sums(known, target[rows], n_classes, [(i, j) for i, _, j in offered])
    gain = gain - [
        of_sum if sign in "*/" else max(alone[i], alone[j])
        for (i, sign, j), of_sum in zip(offered, sums)
    ]
    best = [k for k in np.argsort(-gain, kind="stable") if gain[k] > margin(len(rows))]
    parts = [np.empty((len(frame), 0))]
    for i, sign, j in [offered[k] for k in best[:most]]:
        one, other = (as_numbers(frame[columns[k]], (parse or {}).get(columns[k])) for k in (i, j))
        parts.append(combined(one, sign, other))
    return np.column_stack(parts)
