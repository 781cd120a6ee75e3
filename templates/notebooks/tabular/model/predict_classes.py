predict_probabilities = fit(table, y)


def predict_proba(frame):
    """The probability of each class for each row of `frame`."""
    return pd.DataFrame(predict_probabilities(frame), columns=classes, index=frame.index)


def predict(frame):
    """The class of each row of `frame`."""
    labels = np.array(classes, dtype=object)
    return pd.Series(labels[decide(predict_proba(frame).to_numpy())], index=frame.index)


predict(table.head())
