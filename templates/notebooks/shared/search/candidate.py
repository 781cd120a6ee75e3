candidates[slot("name")] = learn.candidate(
    slot("estimator"),
    view=slot("view"),
    params=slot("params"),
)
