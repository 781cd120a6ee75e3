"""Requests, latency and errors of the deployment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.numbers import format_value
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.display.text_table import TextTable
from automl_magic.monitor import draw
from automl_magic.monitor.formatting import SEVERITY_LABELS, format_time
from automl_magic.monitor.section import MonitorPart, MonitorSection
from automl_magic.monitor.window import Requests
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.monitoring.drift import DriftSeverity, Traffic, TrafficBucket

N_BUCKETS = 24
METHOD = (
    "From the prediction log, for all versions except shadows. Sampled rows are weighted by the "
    "number of requests they represent. Latency is the time from request to response."
)


SECTION = MonitorSection(
    name="traffic",
    part=MonitorPart.SERVICE,
    position=1,
    reads_log=True,
)


@SECTION.cell
def traffic(analysis: WindowAnalysis, /) -> SectionResult:
    """Count requests and errors and measure latency, over the window and in buckets."""
    requests = analysis.window.requests
    if requests is None:
        raise SectionSkipped("A table has no data about requests.")
    if len(requests.timestamps) == 0:
        raise SectionSkipped("Too few rows: there were no requests in this window.")
    start, end = analysis.window.start, analysis.window.end
    is_failed = np.array([error is not None for error in requests.errors], dtype=bool)
    total, n_failed = float(requests.weights.sum()), float(requests.weights[is_failed].sum())
    is_ok = ~is_failed & np.isfinite(requests.latency_ms)
    p50, p95, p99 = latency_quantiles(requests.latency_ms[is_ok], requests.weights[is_ok])
    rate = 100 * n_failed / total
    severity, why = _verdict(analysis, requests, p95, rate)
    slos = requests.slos
    result = Traffic(
        severity=severity,
        logged=len(requests.timestamps),
        requests=round(total, 3),
        per_s=total / max(end - start, 1e-9),
        error_rate_pct=rate,
        errors=_sum_by_name(requests.errors, requests.weights),
        versions={
            name: round(weight / total, 6)
            for name, weight in _sum_by_name(requests.versions, requests.weights).items()
        },
        latency_ms_p50=p50,
        latency_ms_p95=p95,
        latency_ms_p99=p99,
        slo_latency_ms_p95=slos.latency_ms_p95 if slos else None,
        slo_error_rate_pct=slos.error_rate_pct if slos else None,
        buckets=_buckets(requests, is_failed, start, end),
        why=why,
    )
    return result, _show(result)


def latency_quantiles(
    values: Floats, weights: Floats
) -> tuple[float | None, float | None, float | None]:
    """Return the weighted 50th, 95th and 99th percentile, or None without values."""
    if len(values) == 0:
        return None, None, None
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    targets = np.array([0.5, 0.95, 0.99]) * cumulated[-1]
    positions = np.minimum(np.searchsorted(cumulated, targets, side="left"), len(values) - 1)
    p50, p95, p99 = (round(float(value), 4) for value in values[order][positions])
    return p50, p95, p99


def _verdict(
    analysis: WindowAnalysis, requests: Requests, p95: float | None, rate: float
) -> tuple[DriftSeverity, str]:
    slos, n = requests.slos, len(requests.timestamps)
    summary = f"{n:,} rows logged, {rate:.2g}% of requests failed, p95 {format_value(p95)} ms"
    if slos is None or (slos.latency_ms_p95 is None and slos.error_rate_pct is None):
        return DriftSeverity.OK, f"{summary}. The deployment has no objectives."
    if n < max(slos.min_requests, analysis.thresholds.min_rows):
        return DriftSeverity.UNJUDGED, f"{summary}. Too few rows to check the objectives."
    missed = []
    if slos.latency_ms_p95 is not None and p95 is not None and p95 > slos.latency_ms_p95:
        missed.append(f"the p95 objective is {slos.latency_ms_p95:g} ms")
    if slos.error_rate_pct is not None and rate > slos.error_rate_pct:
        missed.append(f"the error rate objective is {slos.error_rate_pct:g}%")
    if missed:
        return DriftSeverity.WARNING, f"{summary}, but {' and '.join(missed)}."
    return DriftSeverity.OK, f"{summary}, within the objectives."


def _sum_by_name(names: Sequence[str | None], weights: Floats) -> dict[str, float]:
    totals: dict[str, float] = {}
    for name, weight in zip(names, weights.tolist(), strict=True):
        if name is not None:
            totals[name] = totals.get(name, 0.0) + weight
    return dict(sorted(totals.items(), key=lambda pair: (-pair[1], pair[0])))


def _buckets(
    requests: Requests, is_failed: Array, start: float, end: float
) -> tuple[TrafficBucket, ...]:
    edges = np.linspace(start, end, N_BUCKETS + 1)
    bucket_indices = np.clip(
        np.searchsorted(edges, requests.timestamps, side="right") - 1, 0, N_BUCKETS - 1
    )
    buckets = []
    for index in range(N_BUCKETS):
        mask = bucket_indices == index
        is_ok = mask & ~is_failed & np.isfinite(requests.latency_ms)
        p50, p95, _ = latency_quantiles(requests.latency_ms[is_ok], requests.weights[is_ok])
        buckets.append(
            TrafficBucket(
                start=float(edges[index]),
                end=float(edges[index + 1]),
                requests=round(float(requests.weights[mask].sum()), 3),
                errors=round(float(requests.weights[mask & is_failed].sum()), 3),
                latency_ms_p50=p50,
                latency_ms_p95=p95,
            )
        )
    return tuple(buckets)


def _show(result: Traffic) -> CellOutput:
    rows = [
        ("verdict", SEVERITY_LABELS[result.severity]),
        ("requests", f"{result.requests:,.0f}, {result.per_s:.3g} per second"),
        ("failed", f"{result.error_rate_pct:.3g}%"),
        *((f"  {code}", f"{n:,.0f}") for code, n in result.errors.items()),
        ("latency p50", f"{format_value(result.latency_ms_p50)} ms"),
        ("latency p95", f"{format_value(result.latency_ms_p95)} ms"),
        ("latency p99", f"{format_value(result.latency_ms_p99)} ms"),
        *((f"version {name}", f"{share:.1%}") for name, share in result.versions.items()),
    ]
    parts = [
        (
            format_time(bucket.start),
            f"{bucket.requests:,.0f}",
            f"{bucket.errors:,.0f}",
            format_value(bucket.latency_ms_p50),
            format_value(bucket.latency_ms_p95),
        )
        for bucket in result.buckets
    ]
    headings = ("From", "Requests", "Errors", "p50 ms", "p95 ms")
    return CellOutput(
        figure=_draw(result),
        tables=[TextTable("Traffic", ("", ""), rows)],
        folded=[TextTable("Traffic over the window", headings, parts, frozenset({1, 2, 3, 4}))],
        notes=[result.why, METHOD],
    )


def _draw(result: Traffic) -> PngFigure:
    figure, (requests_ax, latency_ax) = draw.panels(2, across=2, height=2.8)
    hours = [(bucket.start - result.buckets[0].start) / 3_600 for bucket in result.buckets]
    requests_ax.step(
        hours, [bucket.requests for bucket in result.buckets], where="post", color=draw.REFERENCE
    )
    requests_ax.set(xlabel="hours", ylabel="requests")
    requests_ax.plot(
        hours, [bucket.errors for bucket in result.buckets], "o", color=draw.CURRENT, markersize=3
    )
    for name, style in (("latency_ms_p50", "-"), ("latency_ms_p95", "--")):
        values = [getattr(bucket, name) for bucket in result.buckets]
        points = [(hour, value) for hour, value in zip(hours, values, strict=True) if value]
        label = "p50" if name.endswith("50") else "p95"
        latency_ax.plot([h for h, _ in points], [value for _, value in points], style, label=label)
    latency_ax.set(xlabel="hours", ylabel="ms")
    latency_ax.legend(fontsize=7)
    busiest = max(bucket.requests for bucket in result.buckets)
    alt = (
        "Requests (errors as dots) and latency over the window. "
        f"The maximum is {busiest:,.0f} requests per bucket."
    )
    return PngFigure.of(figure, alt)
