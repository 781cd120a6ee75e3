from itertools import combinations


def elapsed_features(
    train, frame, columns, target=None, *, date_formats=None, most=10, fill=None, scale=False
):
    """The days between two dates of a row, for each pair of columns."""

    def days(frame, start, end):
        dates = [as_dates(frame[name], (date_formats or {}).get(name)) for name in (start, end)]
        return (dates[1] - dates[0]) / np.timedelta64(1, "D")

    parts = [np.empty((len(frame), 0))]
    for start, end in list(combinations(columns, 2))[:most]:
        train_days, frame_days = days(train, start, end), days(frame, start, end)
        parts.append(fill_and_scale(train_days, frame_days, fill, scale))
    return np.column_stack(parts)
