def category_features(train, frame, columns, target=None):
    """Categories as codes: positions in the sorted training levels, NaN for unseen levels."""
    parts = []
    for column in columns:
        levels = sorted({text for text in as_text(train[column]) if text is not None})
        codes = {level: float(code) for code, level in enumerate(levels)}
        parts.append([codes.get(text, np.nan) for text in as_text(frame[column])])
    return np.column_stack(parts).astype("float64")
