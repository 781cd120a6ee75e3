predict_values = fit(table, y)


def predict(frame):
    """The value of each row of `frame`."""
    return pd.Series(predict_values(frame), index=frame.index)


predict(table.head())
