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
    """The TF-IDF terms of a text, reduced to a few dimensions (latent semantic analysis).

    The forecast is a linear model's prediction of the target from the terms. Training rows get
    out-of-fold forecasts, so no row sees its own target.
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
        train_texts = [text or "" for text in as_text(train[column])]
        texts = [text or "" for text in as_text(frame[column])]
        terms_of = TfidfVectorizer(**settings).build_analyzer()
        counts = Counter(term for text in train_texts for term in terms_of(text))
        terms = sorted(counts, key=lambda term: (-counts[term], term))[:max_features]
        if len(terms) < 2:
            continue  # a single term doesn't distinguish rows
        vectorizer = TfidfVectorizer(vocabulary=sorted(terms), **settings)
        weights = vectorizer.fit_transform(train_texts)
        frame_weights = vectorizer.transform(texts)
        size = min(components, len(rows), len(terms))
        if size:
            svd = TruncatedSVD(size, n_iter=3, random_state=seed).fit(weights[rows])
            parts.append(frame_weights @ svd.components_.T)
        if not forecast:
            continue
        targets = [(target == code).astype("float64") for code in range(n_classes)]
        targets = np.column_stack(targets or [target.astype("float64")])

        def predict_rows(rows_to_fit, rows_to_predict, shape=targets.shape):
            ridge = Ridge(solver="sparse_cg").fit(weights[rows_to_fit], targets[rows_to_fit])
            return ridge.predict(rows_to_predict).reshape(-1, shape[1])

        outputs = predict_rows(rows, frame_weights)
        if frame is train:
            for fold in np.unique(folds):
                outputs[folds == fold] = predict_rows(
                    rows[folds[rows] != fold], frame_weights[folds == fold]
                )
        parts.append(outputs)
    return np.hstack(parts)
