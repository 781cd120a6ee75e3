"""Requests, latency and errors of the deployment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.numbers import format_value
from automl_magic.look.section_cell import SectionResult, SectionSkipped
from automl_magic.look.text_table import TextTable
from automl_magic.monitor import draw
from automl_magic.monitor.section import MonitorSection, Part
from automl_magic.monitor.watch import Watch
from automl_magic.monitor.window import Requests
from automl_magic.monitor.words import MARKS, moment
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.monitoring.drift import DriftSeverity, Traffic, TrafficBucket

BUCKETS = 24
METHOD = (
    "From the prediction log, for all versions except shadows. Sampled rows are weighted by the "
    "number of requests they represent. Latency is the time from request to response."
)


SECTION = MonitorSection(
    name="traffic",
    part=Part.SERVICE,
    place=1,
    reads_log=True,
)


@SECTION.cell
def traffic(watch: Watch, /) -> SectionResult:
    """Count requests and errors and measure latency, over the window and in buckets."""
    requests = watch.window.requests
    if requests is None:
        raise SectionSkipped("A table has no data about requests.")
    if len(requests.at) == 0:
        raise SectionSkipped("Too few rows: there were no requests in this window.")
    start, end = watch.window.start, watch.window.end
    failed = np.array([error is not None for error in requests.errors], dtype=bool)
    total, wrong = float(requests.weights.sum()), float(requests.weights[failed].sum())
    answered = ~failed & np.isfinite(requests.latency_ms)
    p50, p95, p99 = quantiles(requests.latency_ms[answered], requests.weights[answered])
    rate = 100 * wrong / total
    severity, why = _verdict(watch, requests, p95, rate)
    slos = requests.slos
    found = Traffic(
        severity=severity,
        logged=len(requests.at),
        requests=round(total, 3),
        per_s=total / max(end - start, 1e-9),
        error_rate_pct=rate,
        errors=_by(requests.errors, requests.weights),
        versions={
            name: round(weight / total, 6)
            for name, weight in _by(requests.versions, requests.weights).items()
        },
        latency_ms_p50=p50,
        latency_ms_p95=p95,
        latency_ms_p99=p99,
        slo_latency_ms_p95=slos.latency_ms_p95 if slos else None,
        slo_error_rate_pct=slos.error_rate_pct if slos else None,
        buckets=_buckets(requests, failed, start, end),
        why=why,
    )
    return found, _shown(found)


def quantiles(values: Floats, weights: Floats) -> tuple[float | None, float | None, float | None]:
    """Return the weighted 50th, 95th and 99th percentile, or None without values."""
    if len(values) == 0:
        return None, None, None
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    wanted = np.array([0.5, 0.95, 0.99]) * cumulated[-1]
    at = np.minimum(np.searchsorted(cumulated, wanted, side="left"), len(values) - 1)
    p50, p95, p99 = (round(float(value), 4) for value in values[order][at])
    return p50, p95, p99


def _verdict(
    watch: Watch, requests: Requests, p95: float | None, rate: float
) -> tuple[DriftSeverity, str]:
    slos, n = requests.slos, len(requests.at)
    said = f"{n:,} rows logged, {rate:.2g}% of requests failed, p95 {format_value(p95)} ms"
    if slos is None or (slos.latency_ms_p95 is None and slos.error_rate_pct is None):
        return DriftSeverity.OK, f"{said}. The deployment has no objectives."
    if n < max(slos.min_requests, watch.thresholds.min_rows):
        return DriftSeverity.UNJUDGED, f"{said}. Too few rows to check the objectives."
    broken = []
    if slos.latency_ms_p95 is not None and p95 is not None and p95 > slos.latency_ms_p95:
        broken.append(f"the p95 objective is {slos.latency_ms_p95:g} ms")
    if slos.error_rate_pct is not None and rate > slos.error_rate_pct:
        broken.append(f"the error rate objective is {slos.error_rate_pct:g}%")
    if broken:
        return DriftSeverity.WARNING, f"{said}, but {' and '.join(broken)}."
    return DriftSeverity.OK, f"{said}, within the objectives."


def _by(names: Sequence[str | None], weights: Floats) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, weight in zip(names, weights.tolist(), strict=True):
        if name is not None:
            found[name] = found.get(name, 0.0) + weight
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _buckets(
    requests: Requests, failed: Array, start: float, end: float
) -> tuple[TrafficBucket, ...]:
    edges = np.linspace(start, end, BUCKETS + 1)
    places = np.clip(np.searchsorted(edges, requests.at, side="right") - 1, 0, BUCKETS - 1)
    found = []
    for place in range(BUCKETS):
        here = places == place
        fine = here & ~failed & np.isfinite(requests.latency_ms)
        p50, p95, _ = quantiles(requests.latency_ms[fine], requests.weights[fine])
        found.append(
            TrafficBucket(
                start=float(edges[place]),
                end=float(edges[place + 1]),
                requests=round(float(requests.weights[here].sum()), 3),
                errors=round(float(requests.weights[here & failed].sum()), 3),
                latency_ms_p50=p50,
                latency_ms_p95=p95,
            )
        )
    return tuple(found)


def _shown(found: Traffic) -> CellOutput:
    rows = [
        ("verdict", MARKS[found.severity]),
        ("requests", f"{found.requests:,.0f}, {found.per_s:.3g} per second"),
        ("failed", f"{found.error_rate_pct:.3g}%"),
        *((f"  {code}", f"{n:,.0f}") for code, n in found.errors.items()),
        ("latency p50", f"{format_value(found.latency_ms_p50)} ms"),
        ("latency p95", f"{format_value(found.latency_ms_p95)} ms"),
        ("latency p99", f"{format_value(found.latency_ms_p99)} ms"),
        *((f"version {name}", f"{share:.1%}") for name, share in found.versions.items()),
    ]
    parts = [
        (
            moment(one.start),
            f"{one.requests:,.0f}",
            f"{one.errors:,.0f}",
            format_value(one.latency_ms_p50),
            format_value(one.latency_ms_p95),
        )
        for one in found.buckets
    ]
    heads = ("From", "Requests", "Errors", "p50 ms", "p95 ms")
    return CellOutput(
        picture=_drawn(found),
        tables=[TextTable("Traffic", ("", ""), rows)],
        folded=[TextTable("Traffic over the window", heads, parts, frozenset({1, 2, 3, 4}))],
        said=[found.why, METHOD],
    )


def _drawn(found: Traffic) -> PngFigure:
    figure, (left, right) = draw.panels(2, across=2, height=2.8)
    hours = [(one.start - found.buckets[0].start) / 3_600 for one in found.buckets]
    left.step(hours, [one.requests for one in found.buckets], where="post", color=draw.REFERENCE)
    left.set(xlabel="hours", ylabel="requests")
    left.plot(hours, [one.errors for one in found.buckets], "o", color=draw.CURRENT, markersize=3)
    for name, style in (("latency_ms_p50", "-"), ("latency_ms_p95", "--")):
        values = [getattr(one, name) for one in found.buckets]
        known = [(hour, value) for hour, value in zip(hours, values, strict=True) if value]
        label = "p50" if name.endswith("50") else "p95"
        right.plot([h for h, _ in known], [value for _, value in known], style, label=label)
    right.set(xlabel="hours", ylabel="ms")
    right.legend(fontsize=7)
    busiest = max(one.requests for one in found.buckets)
    alt = (
        "Requests (errors as dots) and latency over the window. "
        f"The maximum is {busiest:,.0f} requests per bucket."
    )
    return PngFigure.of(figure, alt)
