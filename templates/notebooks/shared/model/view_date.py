date_features(
    train,
    frame,
    slot("columns"),
    date_format=slot("date_format"),
    fill=slot("fill"),
    scale=slot("scale"),
)
