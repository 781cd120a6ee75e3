def number_features(
    train, frame, columns, target=None, *, parse=None, fill=None, scale=False, indicator=False
):
    """Numbers, each followed by a 0/1 missing indicator if training had missing values."""
    parts = []
    for column in columns:
        train_values, values = as_numbers(train[column], parse), as_numbers(frame[column], parse)
        parts.append(fill_and_scale(train_values, values, fill, scale))
        if indicator and np.isnan(train_values).any():
            parts.append(np.isnan(values).astype("float64"))
    return np.column_stack(parts)
