def boolean_features(train, frame, columns, target=None, *, true="True", false=None, fill=None):
    """1 for one word, 0 for the other (or any other); missing ones as training has most often."""

    def read(column):
        yes, no = {true: 1.0}, {false: 0.0} if false is not None else {}
        other = 0.0 if false is None else np.nan
        codes = {None: np.nan, **no, **yes}
        return np.array([codes.get(text, other) for text in as_text(column)], dtype="float64")

    parts = []
    for column in columns:
        known, values = read(train[column]), read(frame[column])
        if fill == "most_frequent":
            most_frequent = float((known == 1).sum() > (known == 0).sum())
            values = np.where(np.isnan(values), most_frequent, values)
        parts.append(values)
    return np.column_stack(parts)
