"""telemetry: metrics, logs and traces of the server. Requests never wait for them.

latency          a histogram with fixed buckets, and its quantiles
recent_latency   the p95 latency of the last minutes
shared_counters  counters in memory shared by all workers; they outlive a killed worker
metrics          the counters in Prometheus' text format
prediction_log   sampled, personal columns hashed, written off the request path
sampling         uniform sampling of rows for the prediction log
redact           removes personal data from logged rows
json_logging     structured log lines on standard error
traces           OpenTelemetry spans, if an exporter is configured
"""
