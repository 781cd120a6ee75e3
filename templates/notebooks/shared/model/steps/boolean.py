def boolean_features(train, frame, columns, target=None, *, true="True", false=None, fill=None):
    """1 for `true`, 0 for `false` (or any other text). `fill` replaces missing values."""

    def read(column):
        yes, no = {true: 1.0}, {false: 0.0} if false is not None else {}
        other = 0.0 if false is None else np.nan
        codes = {None: np.nan, **no, **yes}
        return np.array([codes.get(text, other) for text in as_text(column)], dtype="float64")

    parts = []
    for column in columns:
        train_values, values = read(train[column]), read(frame[column])
        if fill == "most_frequent":
            most_frequent = float((train_values == 1).sum() > (train_values == 0).sum())
            values = np.where(np.isnan(values), most_frequent, values)
        parts.append(values)
    return np.column_stack(parts)
