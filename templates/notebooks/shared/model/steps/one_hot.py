from collections import Counter


def one_hot_features(train, frame, columns, target=None, *, min_count=1, max_levels=30):
    """One 0/1 column per frequent training level; all 0 for other values."""
    parts = []
    for column in columns:
        counts = Counter(text for text in as_text(train[column]) if text is not None)
        frequent = [level for level in counts if counts[level] >= min_count]
        frequent = sorted(frequent, key=lambda level: (-counts[level], level))[:max_levels]
        texts = np.array(as_text(frame[column]), dtype=object)
        parts += [(texts == level).astype("float64") for level in sorted(frequent)]
    return np.column_stack(parts) if parts else np.empty((len(frame), 0))
