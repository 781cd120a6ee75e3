"""telemetry: metrics, logs and traces of the server. Requests never wait for them.

latency    a histogram with fixed buckets, and its quantiles
slab       counters in memory shared by all workers; they outlive a killed worker
metrics    the counters in Prometheus' text format
log        the prediction log: sampled, personal columns hashed, written off the request path
protect    removes personal data from logged rows
events     structured log lines on standard error
traces     OpenTelemetry spans, if an exporter is configured
"""
