missing_features(
    train,
    frame,
    slot("columns"),
    min_share=slot("min_share"),
    most=slot("most"),
)
