text_features(
    train,
    frame,
    slot("columns"),
    max_features=slot("max_features"),
    components=slot("components"),
    seed=slot("seed"),
)
