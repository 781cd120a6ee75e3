"""What the server says about itself: metrics that Prometheus reads, log lines, traces."""

import http.server
import io
import json
import logging
import threading

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from automl_magic_serving.telemetry.json_logging import JsonLines

PATH = "/v1/inference/churn:predict"


def samples(text):
    families = list(text_string_to_metric_families(text))
    return families, {
        (one.name, frozenset(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


def test_prometheus_reads_the_metrics_and_their_names_follow_its_conventions(live, customer):
    before = samples(live.client.get("/metrics").text)[1]
    for _ in range(5):
        live.client.post(PATH, json={"instances": [customer] * 3})
    live.client.post(PATH, json={"instances": [{**customer, "age": "old"}]})

    families, after = samples(live.client.get("/metrics").text)

    arm = {"deployment": "churn", "model": "churn", "version": "1", "role": "stable"}

    def grown(name, **labels):
        key = (name, frozenset({**arm, **labels}.items()))
        return after[key] - before.get(key, 0)

    assert grown("automl_serving_requests_total", outcome="ok") == 5
    assert grown("automl_serving_requests_total", outcome="refused") == 1
    assert grown("automl_serving_rows_total") == 16
    assert grown("automl_serving_request_duration_seconds_count") == 5
    assert grown("automl_serving_request_duration_seconds_bucket", le="+Inf") == 5
    assert after["automl_serving_route_info", frozenset(arm.items())] == 1
    assert after["automl_serving_store_up", frozenset()] == 1
    assert after["process_resident_memory_bytes", frozenset({("worker", "0")})] > 1e7
    for family in families:
        assert family.documentation
        assert family.name.startswith(("automl_serving_", "automl_monitor_", "process_"))
        assert not family.name.endswith(("_ms", "_count", "_percent_total"))
    [dropped] = [family for family in families if family.name == "automl_serving_log_dropped"]
    # It also counts rows that the store rejected, not only those dropped by a slow log.
    assert "failed" in dropped.documentation


def test_a_histogram_only_grows_from_bucket_to_bucket(live, customer):
    live.client.post(PATH, json={"instances": [customer]})
    families, _ = samples(live.client.get("/metrics").text)
    [duration] = [f for f in families if f.name == "automl_serving_request_duration_seconds"]
    buckets = [
        (float(one.labels["le"]), one.value)
        for one in duration.samples
        if one.name.endswith("_bucket") and one.labels["deployment"] == "churn"
    ]

    assert [edge for edge, _ in buckets] == sorted(edge for edge, _ in buckets)
    assert [n for _, n in buckets] == sorted(n for _, n in buckets)


def line_of(say):
    stream = io.StringIO()
    logger = logging.getLogger("test of log lines")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(worker=3))
    logger.addHandler(handler)
    say(logger)
    logger.removeHandler(handler)
    [line] = stream.getvalue().splitlines()
    return json.loads(line)


def test_a_log_line_is_one_line_of_json_whatever_is_in_it():
    line = line_of(
        lambda log: log.warning("odd", extra={"text": "a\nb\u2028\x00", "model": {"a": 1}, "n": 3})
    )

    assert (line["event"], line["level"], line["worker"]) == ("odd", "warning", 3)
    assert (line["text"], line["model"], line["n"]) == ("a\nb\u2028\x00", {"a": 1}, 3)


def test_no_field_is_longer_than_a_kilobyte():
    line = line_of(lambda log: log.info("x" * 5_000, extra={"a": "y" * 5_000, "b": ["z"] * 5_000}))

    assert all(len(str(value)) <= 1_000 for value in line.values())


def test_an_exception_says_where_it_came_from_and_not_what_its_message_was():
    def say(log):
        try:
            raise ValueError("the caller sent 4711")
        except ValueError as error:
            error.add_note("churn/1, epoch 2")
            log.exception("failed")

    line = line_of(say)

    assert (line["exception"], line["notes"]) == ("ValueError", ["churn/1, epoch 2"])
    assert line["traceback"].startswith("telemetry/test_says.py:")
    assert "4711" not in json.dumps(line)


class Collector(http.server.BaseHTTPRequestHandler):
    """A collector of OpenTelemetry, as far as this test needs one: it keeps what it is sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.long
def test_a_trace_goes_on_where_the_caller_began_it(plane, server_of, customer):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        collector.received = []
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{collector.server_port}"
        traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SERVICE_NAME": "ours"}
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        with server_of(plane, env=traced) as live:
            url = live.url + PATH
            for row in (customer, {**customer, "age": "old"}):
                httpx.post(url, json={"instances": [row]}, headers={"traceparent": parent})
        collector.shutdown()

    spans = [
        (resource.resource, span)
        for path, body in collector.received
        if path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert len(spans) == 2
    for resource, span in spans:
        assert span.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
        assert span.parent_span_id.hex() == "b7ad6b7169203331"
        assert {"service.name": "ours"}.items() <= attributes(resource).items()
    outcomes = [attributes(span)["automl.outcome"] for _, span in spans]
    assert sorted(outcomes) == ["ok", "refused"]
    assert all("Oslo" not in str(span) for _, span in spans)


def attributes(of):
    return {one.key: one.value.string_value or one.value.int_value for one in of.attributes}
