from math import comb

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.feature_selection import mutual_info_classif


def select_features(
    known,
    values,
    target,
    codes,
    *,
    method="mutual_information",
    most=200,
    rows=10_000,
    seed=0,
    classify=True,
):
    """The columns of `values` that, in the training matrix `known`, say most of the target.

    The first `codes` columns, which hold categories, always stay. "mutual_information" keeps the
    `most` informative columns. "boruta" drops those that a forest finds more important than every
    shuffled copy in so few of 20 rounds that it is no chance (Kursa and Rudnicki 2010).
    """
    some = even_rows(len(known), rows)
    X, y = known[some], target[some]
    free = np.arange(codes, X.shape[1])

    def binned(values):
        missing = np.isnan(values)
        if missing.all():
            return np.zeros(len(values), dtype=int)
        edges = np.quantile(values[~missing], np.arange(1, 16) / 16)
        return np.where(missing, 16, np.searchsorted(edges, values, side="right"))

    def boruta():
        forest = ExtraTreesClassifier if classify else ExtraTreesRegressor
        rng = np.random.default_rng(seed)
        lowest = np.nanmin(np.vstack([X, np.zeros(X.shape[1])]), axis=0)
        filled = np.where(np.isnan(X), lowest - 1, X)
        hits = np.zeros(X.shape[1])
        for number in range(20):
            both = np.hstack([filled, rng.permuted(filled, axis=0)])
            model = forest(
                n_estimators=50, max_depth=7, max_features="sqrt", random_state=seed + number
            )
            importances = model.fit(both, y).feature_importances_
            hits += importances[: len(hits)] > importances[len(hits) :].max()
        return hits

    if method == "boruta":
        hits = boruta()
        chances = np.cumsum([comb(20, n) / 2**20 for n in range(21)])
        fewest = np.flatnonzero(chances * X.shape[1] >= 0.01)[0]
        free = free[hits[free] >= fewest]
        scores = hits[free]
    elif len(free):
        goal = target[some] if classify else binned(y)
        cut = np.column_stack([binned(X[:, i]) for i in free])
        scores = mutual_info_classif(cut, goal, discrete_features=True, random_state=0).round(9)
    else:
        scores = np.empty(0)
    best = free[np.argsort(-scores, kind="stable")[:most]]
    kept = sorted([*range(codes), *best]) or list(range(X.shape[1]))
    return np.ascontiguousarray(values[:, kept])
