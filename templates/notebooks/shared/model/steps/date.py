def date_features(train, frame, columns, target=None, *, date_format=None, fill=None, scale=False):
    """Days since 1970, year, month, day, weekday, and the hour where training has times of day."""

    def split(moments):
        days = (moments - np.datetime64(0, "us")) / np.timedelta64(1, "D")
        dates = pd.DatetimeIndex(moments)
        return [days, dates.year, dates.month, dates.day, dates.weekday, dates.hour]

    parts = []
    for column in columns:
        known, values = as_dates(train[column], date_format), as_dates(frame[column], date_format)
        present = pd.DatetimeIndex(known[~np.isnat(known)])
        n_parts = 6 if (present != present.normalize()).any() else 5
        for one, other in list(zip(split(known), split(values)))[:n_parts]:
            one, other = np.asarray(one, "float64"), np.asarray(other, "float64")
            parts.append(fill_and_scale(one, other, fill, scale))
    return np.column_stack(parts)
