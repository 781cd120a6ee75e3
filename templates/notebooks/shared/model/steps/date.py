def date_features(train, frame, columns, target=None, *, date_format=None, fill=None, scale=False):
    """Days since 1970, year, month, day, weekday, and hour if training has times of day."""

    def split(dates):
        days = (dates - np.datetime64(0, "us")) / np.timedelta64(1, "D")
        index = pd.DatetimeIndex(dates)
        return [days, index.year, index.month, index.day, index.weekday, index.hour]

    parts = []
    for column in columns:
        train_dates, dates = (
            as_dates(train[column], date_format),
            as_dates(frame[column], date_format),
        )
        present = pd.DatetimeIndex(train_dates[~np.isnat(train_dates)])
        n_parts = 6 if (present != present.normalize()).any() else 5
        for train_part, part in list(zip(split(train_dates), split(dates)))[:n_parts]:
            train_part, part = np.asarray(train_part, "float64"), np.asarray(part, "float64")
            parts.append(fill_and_scale(train_part, part, fill, scale))
    return np.column_stack(parts)
