predict_counts = fit(table, y)


def predict(frame):
    """How many events are to be expected in each row of `frame`."""
    return pd.Series(predict_counts(frame), index=frame.index)


predict(table.head())
