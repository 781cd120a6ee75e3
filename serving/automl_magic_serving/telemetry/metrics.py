"""The counters of all workers in Prometheus' text format. Every worker can export them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from automl_magic.records.models.deployment import Role
from automl_magic_serving.runtime import ServedModel
from automl_magic_serving.telemetry.latency import N_BUCKETS, PER_OCTAVE, edge_s
from automl_magic_serving.telemetry.shared_counters import (
    Gauge,
    RequestCounts,
    RequestOutcome,
    SharedCounters,
)

if TYPE_CHECKING:
    from automl_magic_serving.endpoint import Endpoints

_VERSION_LABELS = ("deployment", "model", "version", "role")


class SupervisorState:
    """The parent's state that workers export: store, newest checks, A/B tests."""

    def __init__(self, deployments: Sequence[str]) -> None:
        self.deployments = tuple(deployments)
        self.store_answers = True
        self.checks: list[dict[str, Any]] = []
        self.experiments: list[dict[str, Any]] = []

    def update(self, facts: dict[str, object]) -> None:
        """Set the fields that the parent sends."""
        for name, value in facts.items():
            setattr(self, name, value)


class Metrics(Collector):
    """The metrics of `/metrics`.

    Parameters
    ----------
    loaded : callable
        Returns the models loaded in this worker.
    """

    def __init__(
        self,
        slab: SharedCounters,
        endpoints: Endpoints,
        facts: SupervisorState,
        loaded: Callable[[], Iterable[ServedModel]],
    ) -> None:
        self._slab, self._endpoints, self._facts, self._loaded = slab, endpoints, facts, loaded
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def text(self) -> str:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self._registry).decode()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric; called by prometheus_client."""
        totals = [counts for counts in self._slab.totals() if any(counts.outcomes)]
        yield from self._requests(totals)
        yield from self._state()
        yield from self._routes()
        yield from self._checks()
        yield from self._experiments()
        yield from _processes(self._slab)

    def _requests(self, totals: Sequence[RequestCounts]) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "automl_serving_requests",
            "Requests by outcome: ok, refused (invalid input), busy (queue full), late (timeout), "
            "error, gone (client disconnected)",
            labels=(*_VERSION_LABELS, "outcome"),
        )
        rows = CounterMetricFamily(
            "automl_serving_rows", "Rows in these requests", labels=_VERSION_LABELS
        )
        shadow = CounterMetricFamily(
            "automl_serving_shadow_requests",
            "Requests mirrored to the shadow version by outcome; dropped means its queue was full",
            labels=(*_VERSION_LABELS[:3], "outcome"),
        )
        duration = HistogramMetricFamily(
            "automl_serving_request_duration_seconds",
            "Request latency in seconds",
            labels=_VERSION_LABELS,
        )
        for counts in totals:
            labels = self._labels(counts)
            outcomes = {
                outcome.name.lower(): counts.outcomes[outcome]
                for outcome in RequestOutcome
                if counts.outcomes[outcome] or outcome is RequestOutcome.OK
            }
            if counts.role is Role.SHADOW:
                for outcome, n in outcomes.items():
                    shadow.add_metric((*labels[:3], outcome), n)
            else:
                for outcome, n in outcomes.items():
                    requests.add_metric((*labels, outcome), n)
                rows.add_metric(labels, counts.rows)
            duration.add_metric(labels, _cumulative(counts.buckets), counts.seconds)
        yield from (requests, rows, shadow, duration)

    def _state(self) -> Iterator[Metric]:
        slab = self._slab
        yield _gauge("requests_in_flight", "Requests in progress", Gauge.IN_FLIGHT, slab)
        yield _gauge("connections", "Open HTTP connections", Gauge.CONNECTIONS, slab)
        yield _gauge("workers_accepting", "Workers accepting connections", Gauge.ACCEPTING, slab)
        yield CounterMetricFamily(
            "automl_serving_worker_restarts",
            "Workers restarted after they died",
            value=sum(slab.gauges(Gauge.RESTARTS)),
        )
        yield CounterMetricFamily(
            "automl_serving_log_rows",
            "Predictions written to the prediction log",
            value=sum(slab.gauges(Gauge.LOG_WRITTEN)),
        )
        yield CounterMetricFamily(
            "automl_serving_log_dropped",
            "Predictions not logged because the log was too slow or failed",
            value=sum(slab.gauges(Gauge.LOG_DROPPED)),
        )
        yield _gauge("log_queued", "Batches waiting for the prediction log", Gauge.LOG_QUEUED, slab)
        yield GaugeMetricFamily(
            "automl_serving_store_up",
            "1 if the store responds, 0 if not: the last routes then stay in use",
            value=float(self._facts.store_answers),
        )

    def _routes(self) -> Iterator[Metric]:
        info = GaugeMetricFamily(
            "automl_serving_route_info",
            "Versions of the route and their roles",
            labels=_VERSION_LABELS,
        )
        epoch = GaugeMetricFamily(
            "automl_serving_route_epoch", "Epoch of the route", labels=("deployment",)
        )
        percent = GaugeMetricFamily(
            "automl_serving_route_canary_percent",
            "Percentage of requests routed to the canary",
            labels=("deployment",),
        )
        loaded = GaugeMetricFamily(
            "automl_serving_model_loaded", "Loaded model versions", labels=("model", "version")
        )
        for endpoint in self._endpoints:
            if not endpoint.takes_requests:
                continue
            route = endpoint.route
            for role in Role:
                version = getattr(route, role.value)
                if version is not None:
                    labels = (endpoint.name, route.model, str(version), role.value)
                    info.add_metric(labels, 1)
            epoch.add_metric((endpoint.name,), route.epoch)
            percent.add_metric((endpoint.name,), route.percent)
        for model, version in sorted(
            {(model_version.model, model_version.version) for model_version in self._loaded()}
        ):
            loaded.add_metric((model, str(version)), 1)
        yield from (info, epoch, percent, loaded)

    def _checks(self) -> Iterator[Metric]:
        timestamp = GaugeMetricFamily(
            "automl_monitor_check_timestamp_seconds",
            "Time of a deployment's newest check",
            labels=("deployment",),
        )
        severity = GaugeMetricFamily(
            "automl_monitor_check_severity",
            "Severity of a deployment's newest check, as a label; the value is 1",
            labels=("deployment", "severity"),
        )
        psi = GaugeMetricFamily(
            "automl_monitor_drift_psi",
            "Population stability index of a column in the newest check",
            labels=("deployment", "column"),
        )
        for check in self._facts.checks:
            timestamp.add_metric((check["deployment"],), check["at"])
            severity.add_metric((check["deployment"], check["severity"]), 1)
            for column, value in check["psi"].items():
                psi.add_metric((check["deployment"], column), value)
        yield from (timestamp, severity, psi)

    def _experiments(self) -> Iterator[Metric]:
        outcomes = GaugeMetricFamily(
            "automl_serving_ab_outcomes",
            "Outcomes of a version in this epoch",
            labels=_VERSION_LABELS,
        )
        metric = GaugeMetricFamily(
            "automl_serving_ab_metric",
            "Mean loss of a version in an A/B test",
            labels=(*_VERSION_LABELS, "metric"),
        )
        for ab_test in self._facts.experiments:
            for arm in ab_test["arms"]:
                labels = (ab_test["deployment"], ab_test["model"], str(arm["version"]), arm["role"])
                outcomes.add_metric(labels, arm["n"])
                if arm["n"]:
                    metric.add_metric((*labels, ab_test["metric"]), arm["mean"])
        yield from (outcomes, metric)

    def _labels(self, counts: RequestCounts) -> tuple[str, str, str, str]:
        name = self._facts.deployments[counts.deployment_index]
        endpoint = self._endpoints.get(name)
        assert endpoint is not None
        model = endpoint.route.model if endpoint.takes_requests else ""
        return name, model, str(counts.version), counts.role.value


def _gauge(name: str, help_text: str, gauge: Gauge, slab: SharedCounters) -> Metric:
    return GaugeMetricFamily(f"automl_serving_{name}", help_text, value=sum(slab.gauges(gauge)))


def _cumulative(buckets: Sequence[int]) -> list[tuple[str, float]]:
    """Return cumulative counts at every fourth edge: the edges double."""
    pairs: list[tuple[str, float]] = []
    total = 0
    for bucket, n in enumerate(buckets):
        total += n
        if bucket == N_BUCKETS - 1:
            pairs.append(("+Inf", total))
        elif bucket % PER_OCTAVE == 0:
            pairs.append((f"{edge_s(bucket):g}", total))
    return pairs


def _processes(slab: SharedCounters) -> Iterator[Metric]:
    """Yield prometheus_client's process metrics for each worker."""
    cpu = CounterMetricFamily(
        "process_cpu_seconds", "Total user and system CPU time", labels=("worker",)
    )
    memory = GaugeMetricFamily(
        "process_resident_memory_bytes", "Resident memory size", labels=("worker",)
    )
    started = GaugeMetricFamily(
        "process_start_time_seconds", "Start time since the epoch", labels=("worker",)
    )
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    for worker, pid in enumerate(slab.gauges(Gauge.PID)):
        started.add_metric((str(worker),), slab.gauge(worker, Gauge.STARTED_AT_MS) / 1000)
        try:
            # The program's name is in parentheses and may contain spaces.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # the process has just died, or this isn't Linux
            continue
        cpu.add_metric((str(worker),), (int(fields[11]) + int(fields[12])) / ticks)
        memory.add_metric((str(worker),), int(fields[21]) * page)
    yield from (cpu, memory, started)
