def even_rows(n_rows, most=10_000):
    """At most so many row numbers, evenly spaced."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(int))


def margin(n_rows):
    """What a correlation must gain to be more than chance: two standard errors."""
    return 2 / n_rows**0.5


def centred_ranks(X):
    ranks = pd.DataFrame(X).rank()
    return (ranks - ranks.mean()).fillna(0.0).to_numpy()


def goals_of(target, n_classes):
    """What ranks are compared with: the target's ranks, or a 0/1 column for each class."""
    if n_classes:
        goals = (target[:, None] == np.arange(n_classes)).astype("float64")
    else:
        goals = centred_ranks(target)
    return goals, np.maximum((goals**2).sum(axis=0), 1)


def relevance(X, target, n_classes):
    """The absolute rank correlation of each column with the target (Spearman).

    For more than two classes, the correlation ratio of the ranks. A missing value counts as the
    middle rank.
    """
    ranked = centred_ranks(X)
    goals, sizes = goals_of(target, n_classes)
    between = (ranked.T @ goals) ** 2 / sizes
    return np.sqrt(between.sum(axis=1) / np.maximum((ranked**2).sum(axis=0), 1)).round(9)


def relevance_of_sums(X, target, n_classes, pairs):
    """The relevance of the best weighted sum of the ranks of two columns, for some pairs."""
    ranked = centred_ranks(X)
    goals, sizes = goals_of(target, n_classes)
    with_goals, with_others = ranked.T @ goals, ranked.T @ ranked
    found = []
    for i, j in pairs:
        a, b, c = with_others[i, i], with_others[j, j], with_others[i, j]
        one, other = with_goals[i], with_goals[j]
        between = b * one**2 - 2 * c * one * other + a * other**2
        if a * b - c * c > 1e-6 * a * b:
            found.append(((between / sizes).sum() / (a * b - c * c)) ** 0.5)
        else:  # one is as good as both
            alone = [(one**2 / sizes).sum() / max(a, 1), (other**2 / sizes).sum() / max(b, 1)]
            found.append(max(alone) ** 0.5)
    return np.array(found).round(9)
