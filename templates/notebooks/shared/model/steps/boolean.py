def boolean_features(train, frame, columns, target=None, *, true="True", false=None, fill=None):
    """1 for `true`, 0 for `false` (or any other text). `fill` replaces missing values."""
    parts = []
    for column in columns:
        values = as_booleans(frame[column], true, false)
        if fill == "most_frequent":
            train_values = as_booleans(train[column], true, false)
            most_frequent = float((train_values == 1).sum() > (train_values == 0).sum())
            values = np.where(np.isnan(values), most_frequent, values)
        parts.append(values)
    return np.column_stack(parts)
