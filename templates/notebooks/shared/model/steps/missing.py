from collections import Counter


def missing_features(train, frame, columns, target=None, *, min_share=0.01, most=30):
    """The number of missing cells of a row, and their pattern: 0 is the most frequent one."""
    columns = [column for column in columns if train[column].isna().any()]
    if len(columns) < 2:
        return np.empty((len(frame), 0))

    def gaps(frame):
        return np.column_stack([frame[column].isna() for column in columns]).astype(int)

    def patterns(frame):
        return ["".join(map(str, row)) for row in gaps(frame).tolist()]

    parts = [gaps(frame).sum(axis=1)]
    counts = Counter(patterns(train))
    frequent = [pattern for pattern in counts if counts[pattern] >= min_share * len(train)]
    frequent = sorted(frequent, key=lambda pattern: (-counts[pattern], pattern))[:most]
    if len(frequent) >= 3:  # the count already distinguishes two patterns
        codes = {pattern: code for code, pattern in enumerate(frequent)}
        parts.append([codes.get(pattern, len(codes)) for pattern in patterns(frame)])
    return np.column_stack(parts).astype("float64")
