"""telemetry: what the server says about itself. Nothing here makes a request wait.

latency    a histogram with fixed buckets, and what can be read from it
slab       counters of all workers in memory that they share; they outlive a killed worker
metrics    the counters as Prometheus text
log        the prediction log: sampled, personal columns hashed, written off the request path
protect    what is kept of a row whose columns may name a person
events     structured log lines on standard error
traces     OpenTelemetry spans, where an exporter is configured
"""
