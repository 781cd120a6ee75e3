ensemble = learn.ensemble(
    search,
    max_members=slot("max_members"),
    cost_false_positive=slot("cost_false_positive"),
    cost_false_negative=slot("cost_false_negative"),
    latency_ms_p95=slot("latency_ms_p95"),
)
ensemble
