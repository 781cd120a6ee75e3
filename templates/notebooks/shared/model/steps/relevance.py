def even_rows(n_rows, most=10_000):
    """At most `most` row numbers, evenly spaced."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(int))


def min_gain(n_rows):
    """The smallest gain in correlation that is more than chance: two standard errors."""
    return 2 / n_rows**0.5


def centred_ranks(X):
    ranks = pd.DataFrame(X).rank()
    return (ranks - ranks.mean()).fillna(0.0).to_numpy()


def target_columns(target, n_classes):
    """The target's ranks, or a 0/1 column per class, and the squared size of each column."""
    if n_classes:
        targets = (target[:, None] == np.arange(n_classes)).astype("float64")
    else:
        targets = centred_ranks(target)
    return targets, np.maximum((targets**2).sum(axis=0), 1)


def relevance(X, target, n_classes):
    """The absolute rank correlation of each column with the target (Spearman).

    For more than two classes, it is the correlation ratio of the ranks. Missing values get the
    middle rank.
    """
    ranked = centred_ranks(X)
    targets, sizes = target_columns(target, n_classes)
    between = (ranked.T @ targets) ** 2 / sizes
    return np.sqrt(between.sum(axis=1) / np.maximum((ranked**2).sum(axis=0), 1)).round(9)


def relevance_of_sums(X, target, n_classes, pairs):
    """The relevance of the best weighted sum of the ranks of two columns, for each pair."""
    ranked = centred_ranks(X)
    targets, sizes = target_columns(target, n_classes)
    with_targets, with_others = ranked.T @ targets, ranked.T @ ranked
    results = []
    for i, j in pairs:
        a, b, c = with_others[i, i], with_others[j, j], with_others[i, j]
        left, right = with_targets[i], with_targets[j]
        between = b * left**2 - 2 * c * left * right + a * right**2
        if a * b - c * c > 1e-6 * a * b:
            results.append(((between / sizes).sum() / (a * b - c * c)) ** 0.5)
        else:  # the two columns carry the same information
            single = [(left**2 / sizes).sum() / max(a, 1), (right**2 / sizes).sum() / max(b, 1)]
            results.append(max(single) ** 0.5)
    return np.array(results).round(9)
