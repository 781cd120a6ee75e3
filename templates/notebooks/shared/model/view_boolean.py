boolean_features(
    train,
    frame,
    slot("columns"),
    true=slot("true"),
    false=slot("false"),
    fill=slot("fill"),
)
