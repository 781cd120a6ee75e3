from collections import Counter

from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge


def text_features(
    train,
    frame,
    columns,
    target=None,
    *,
    analyzer="word",
    max_features=5000,
    components=32,
    forecast=False,
    n_folds=5,
    seed=0,
    n_classes=0,
):
    """The terms of a text, weighed by TF-IDF, in a few dimensions (latent semantics).

    The forecast is what a linear model on the terms says of the target. The training rows get
    that of the other folds, so that no row sees its own target.
    """
    rows = even_rows(len(train), 20_000)
    folds = inner_folds(train, n_folds, seed)
    settings = {
        "analyzer": analyzer,
        "ngram_range": (1, 2) if analyzer == "word" else (3, 4),
        "sublinear_tf": True,
    }
    parts = [np.empty((len(frame), 0))]
    for column in columns:
        known = [text or "" for text in as_text(train[column])]
        values = [text or "" for text in as_text(frame[column])]
        terms_of = TfidfVectorizer(**settings).build_analyzer()
        counts = Counter(term for text in known for term in terms_of(text))
        terms = sorted(counts, key=lambda term: (-counts[term], term))[:max_features]
        if len(terms) < 2:
            continue  # one term tells no two rows apart
        vectorizer = TfidfVectorizer(vocabulary=sorted(terms), **settings)
        weights = vectorizer.fit_transform(known)
        new = vectorizer.transform(values)
        size = min(components, len(rows), len(terms))
        if size:
            svd = TruncatedSVD(size, n_iter=3, random_state=seed).fit(weights[rows])
            parts.append(new @ svd.components_.T)
        if not forecast:
            continue
        goals = [(target == code).astype("float64") for code in range(n_classes)]
        goals = np.column_stack(goals or [target.astype("float64")])

        def predicted(learn, apply, shape=goals.shape):
            ridge = Ridge(solver="sparse_cg").fit(weights[learn], goals[learn])
            return ridge.predict(apply).reshape(-1, shape[1])

        outputs = predicted(rows, new)
        if frame is train:
            for fold in np.unique(folds):
                outputs[folds == fold] = predicted(rows[folds[rows] != fold], new[folds == fold])
        parts.append(outputs)
    return np.hstack(parts)
