category_features(
    train,
    frame,
    slot("columns"),
)
