def number_features(
    train, frame, columns, target=None, *, parse=None, fill=None, scale=False, indicator=False
):
    """Numbers, each followed by a 0/1 mark of missing values where training had any."""
    parts = []
    for column in columns:
        known, values = as_numbers(train[column], parse), as_numbers(frame[column], parse)
        parts.append(fill_and_scale(known, values, fill, scale))
        if indicator and np.isnan(known).any():
            parts.append(np.isnan(values).astype("float64"))
    return np.column_stack(parts)
