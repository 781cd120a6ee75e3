one_hot_features(
    train,
    frame,
    slot("columns"),
    min_count=slot("min_count"),
    max_levels=slot("max_levels"),
)
