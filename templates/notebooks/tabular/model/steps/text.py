from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer


def text_features(train, frame, columns, target=None, *, max_features=5000, components=32, seed=0):
    """Words and pairs of words, weighed by TF-IDF, in a few dimensions (latent semantics)."""
    parts = [np.empty((len(frame), 0))]
    for column in columns:
        known = [text or "" for text in as_text(train[column])]
        values = [text or "" for text in as_text(frame[column])]
        if len({word for text in known for word in re.findall(r"\b\w\w+\b", text.lower())}) < 2:
            continue  # one word tells no two rows apart
        vectorizer = TfidfVectorizer(
            ngram_range=(1, 2), sublinear_tf=True, max_features=max_features
        )
        weights = vectorizer.fit_transform(known)
        svd = TruncatedSVD(min(components, *weights.shape), random_state=seed).fit(weights)
        parts.append(vectorizer.transform(values) @ svd.components_.T)
    return np.hstack(parts)
