from math import comb

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.feature_selection import mutual_info_classif


def select_features(
    train_values,
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
    """The columns of `values` that predict the target best in the matrix `train_values`.

    The first `codes` columns hold categories and are always kept. "mutual_information" keeps the
    `most` most informative columns. "boruta" drops the columns that beat all shuffled copies in
    significantly few of 20 forests (Kursa and Rudnicki 2010).
    """
    sample = even_rows(len(train_values), rows)
    X, y = train_values[sample], target[sample]
    optional = np.arange(codes, X.shape[1])

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
            with_shuffled = np.hstack([filled, rng.permuted(filled, axis=0)])
            model = forest(
                n_estimators=50, max_depth=7, max_features="sqrt", random_state=seed + number
            )
            importances = model.fit(with_shuffled, y).feature_importances_
            hits += importances[: len(hits)] > importances[len(hits) :].max()
        return hits

    if method == "boruta":
        hits = boruta()
        chances = np.cumsum([comb(20, n) / 2**20 for n in range(21)])
        min_hits = np.flatnonzero(chances * X.shape[1] >= 0.01)[0]
        optional = optional[hits[optional] >= min_hits]
        scores = hits[optional]
    elif len(optional):
        y_binned = target[sample] if classify else binned(y)
        X_binned = np.column_stack([binned(X[:, i]) for i in optional])
        scores = mutual_info_classif(
            X_binned, y_binned, discrete_features=True, random_state=0
        ).round(9)
    else:
        scores = np.empty(0)
    best = optional[np.argsort(-scores, kind="stable")[:most]]
    selected = sorted([*range(codes), *best]) or list(range(X.shape[1]))
    return np.ascontiguousarray(values[:, selected])
