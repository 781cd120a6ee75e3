# Hold out the latest rows for the final score.
times = table[slot("column")]
date_format = slot("date_format")  # for text; None is ISO 8601
if not (pd.api.types.is_numeric_dtype(times) or times.dtype.kind == "m"):
    times = pd.to_datetime(
        times.map(lambda time: time.strip() if isinstance(time, str) else time),
        format=date_format or "ISO8601",
        errors="coerce",
        utc=True,
    )
# A missing time counts as the earliest. Rows with the same time stay together.
n_earlier = times.rank(method="min", na_option="top") - 1
n_development = len(table) - np.ceil(slot("holdout") * len(table))
development = np.flatnonzero(n_earlier < n_development)
holdout = np.flatnonzero(n_earlier >= n_development)
