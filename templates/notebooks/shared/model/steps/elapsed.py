from itertools import combinations


def elapsed_features(
    train, frame, columns, target=None, *, date_formats=None, most=10, fill=None, scale=False
):
    """The days from one date of a row to another, for each pair of columns."""

    def days(frame, one, other):
        moments = [as_dates(frame[name], (date_formats or {}).get(name)) for name in (one, other)]
        return (moments[1] - moments[0]) / np.timedelta64(1, "D")

    parts = [np.empty((len(frame), 0))]
    for one, other in list(combinations(columns, 2))[:most]:
        known, values = days(train, one, other), days(frame, one, other)
        parts.append(fill_and_scale(known, values, fill, scale))
    return np.column_stack(parts)
