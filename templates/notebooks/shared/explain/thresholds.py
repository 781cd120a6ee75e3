explain.thresholds(
    explainer,
    cost_false_positive=slot("cost_false_positive"),
    cost_false_negative=slot("cost_false_negative"),
)
