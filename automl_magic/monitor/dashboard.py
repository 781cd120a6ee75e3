"""Data of the monitoring dashboard of a deployment.

The databases aggregate, so 100,000 predictions become a few hundred rows. Past buckets and reports
are cached.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, Row, and_, case, func, select

from automl_magic.errors import DeploymentNotFound
from automl_magic.monitor.alerts import alerts_of
from automl_magic.monitor.retrain import RetrainJob, retrains_of
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.records.monitoring.alert import DAY_S, Alert
from automl_magic.store.engine import read_transaction
from automl_magic.store.routes import RouteChange, history, read_deployment
from automl_magic.store.tables import checks, deployments, predictions

N_BUCKETS, SPAN_S = 96, DAY_S
MAX_CHECKS, MAX_FEATURES = 48, 15


@dataclass(frozen=True)
class Bucket:
    """Traffic in one time bucket. `requests` and `errors` are by version and role: `3 stable`."""

    start: float
    requests: Mapping[str, float]
    errors: Mapping[str, float]
    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True)
class WindowCheck:
    """Summary of one drift report.

    `psi` and `severities` are by column. `bins`, `reference` and `current` are the histogram of the
    predictions.
    """

    id: int
    end: float
    run_id: str
    n_rows: int
    severity: str
    psi: Mapping[str, float | None]
    severities: Mapping[str, str]
    metric: str | None
    score: float | None
    release: float | None
    higher_is_better: bool
    yellow: float
    red: float
    bins: Sequence[str]
    reference: Sequence[float]
    current: Sequence[float]


@dataclass(frozen=True)
class MonitorDashboard:
    """Everything the dashboard shows at the time `timestamp` (seconds since 1970 in UTC)."""

    deployment: Deployment
    route: Route
    timestamp: float
    step_s: float
    buckets: tuple[Bucket, ...]
    changes: tuple[RouteChange, ...]
    checks: tuple[WindowCheck, ...]
    alerts: tuple[Alert, ...]
    retrains: tuple[RetrainJob, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """Columns with the largest drift, by the newest window, then by any window."""
        newest = self.checks[-1].psi if self.checks else {}
        max_psi = {
            name: max((check.psi.get(name) or 0.0) for check in self.checks)
            for check in self.checks
            for name in check.psi
        }
        order = sorted(max_psi, key=lambda name: (-(newest.get(name) or 0.0), -max_psi[name], name))
        return tuple(order[:MAX_FEATURES])


def deployment_names(store: Engine) -> tuple[str, ...]:
    """Return the names of all deployments, the most recently changed first."""
    with read_transaction(store) as connection:
        query = select(deployments.c.name).order_by(deployments.c.changed_at.desc())
        return tuple(connection.execute(query).scalars())


@dataclass
class DashboardReader:
    """Read the dashboard of one deployment. Caches past buckets and reports."""

    store_engine: Engine
    predictions_engine: Engine
    name: str
    _buckets: dict[int, Bucket] = field(default_factory=dict)
    _checks: dict[int, WindowCheck] = field(default_factory=dict)

    def read(self, *, now: float) -> MonitorDashboard | None:
        """Return the dashboard at the time `now`, or None if the deployment doesn't exist."""
        try:
            deployment, route = read_deployment(self.store_engine, self.name)
        except DeploymentNotFound:
            return None
        return MonitorDashboard(
            deployment=deployment,
            route=route,
            timestamp=now,
            step_s=SPAN_S / N_BUCKETS,
            buckets=self._traffic(now),
            changes=tuple(history(self.store_engine, self.name, limit=20)),
            checks=self._read_checks(),
            alerts=alerts_of(self.store_engine, self.name),
            retrains=retrains_of(self.store_engine, self.name),
        )

    def _traffic(self, now: float) -> tuple[Bucket, ...]:
        step = SPAN_S / N_BUCKETS
        last = math.floor(now / step)
        first = last - N_BUCKETS + 1
        cached_numbers = [number for number in self._buckets if first <= number < last - 1]
        # Rows can arrive late, so read the bucket before the current one again.
        since = max(cached_numbers) + 1 if cached_numbers else first
        updated = self._read_traffic(since, step, now)
        cached = {number: self._buckets[number] for number in cached_numbers}
        empty = {
            number: Bucket(number * step, {}, {}, None, None) for number in range(since, last + 1)
        }
        self._buckets = {**cached, **empty, **updated}
        return tuple(
            self._buckets.get(number, Bucket(number * step, {}, {}, None, None))
            for number in range(first, last + 1)
        )

    def _read_traffic(self, since: int, step: float, now: float) -> dict[int, Bucket]:
        number = func.floor(predictions.c.at / step)
        condition = and_(
            predictions.c.deployment == self.name,
            predictions.c.at >= since * step,
            predictions.c.at <= now,
        )
        weight = 1.0 / predictions.c.sample_rate
        failed = case((predictions.c.error.is_not(None), weight), else_=0.0)
        totals = (
            select(
                number.label("number"),
                predictions.c.version,
                predictions.c.role,
                func.sum(weight).label("requests"),
                func.sum(failed).label("errors"),
            )
            .where(condition)
            .group_by("number", predictions.c.version, predictions.c.role)
        )
        ranked = (
            select(
                number.label("number"),
                predictions.c.latency_ms.label("ms"),
                func.row_number()
                .over(partition_by=number, order_by=predictions.c.latency_ms)
                .label("rank"),
                func.count().over(partition_by=number).label("n"),
            )
            .where(condition, predictions.c.role != "shadow")
            .subquery()
        )
        quantiles = select(
            ranked.c.number,
            *(
                func.max(
                    case(((ranked.c.rank - 1) * 100 <= (ranked.c.n - 1) * percent, ranked.c.ms))
                )
                for percent in (50, 95)
            ),
        ).group_by(ranked.c.number)
        with read_transaction(self.predictions_engine) as connection:
            rows = connection.execute(totals).all()
            spans = {int(row[0]): (row[1], row[2]) for row in connection.execute(quantiles)}
        requests: dict[int, dict[str, float]] = {}
        errors: dict[int, dict[str, float]] = {}
        for row in rows:
            key, version_and_role = int(row.number), f"{row.version} {row.role}"
            requests.setdefault(key, {})[version_and_role] = float(row.requests)
            errors.setdefault(key, {})[version_and_role] = float(row.errors)
        return {
            key: Bucket(key * step, requests[key], errors[key], *spans.get(key, (None, None)))
            for key in requests
        }

    def _read_checks(self) -> tuple[WindowCheck, ...]:
        newest = (
            select(checks.c.id)
            .where(checks.c.deployment == self.name)
            .order_by(checks.c.window_end.desc(), checks.c.id.desc())
            .limit(MAX_CHECKS)
        )
        with read_transaction(self.store_engine) as connection:
            ids = list(connection.execute(newest).scalars())
            missing = [check_id for check_id in ids if check_id not in self._checks]
            rows = (
                connection.execute(select(checks).where(checks.c.id.in_(missing))).all()
                if missing
                else []
            )
        loaded = {row.id: _check(row) for row in rows}
        self._checks = {
            check_id: loaded.get(check_id) or self._checks[check_id] for check_id in ids
        }
        return tuple(self._checks[check_id] for check_id in reversed(ids))


def _check(row: Row[Any]) -> WindowCheck:
    # Read the JSON directly: parsing 50 reports of 500 columns into records takes seconds.
    report = json.loads(row.report)
    performance = report.get("performance") or {}
    histogram = (report.get("prediction") or {}).get("histogram") or {}
    thresholds = report.get("thresholds") or {}
    features = report.get("features") or []
    return WindowCheck(
        id=row.id,
        end=row.window_end,
        run_id=report.get("run_id", ""),
        n_rows=row.n_rows,
        severity=row.severity,
        psi={feature["column"]: feature.get("psi") for feature in features},
        severities={feature["column"]: feature["severity"] for feature in features},
        metric=performance.get("metric"),
        score=(performance.get("current") or {}).get("score"),
        release=(performance.get("release") or {}).get("score"),
        higher_is_better=performance.get("higher_is_better", True),
        yellow=thresholds.get("yellow", 0.05),
        red=thresholds.get("red", 0.1),
        bins=histogram.get("bins", ()),
        reference=histogram.get("reference", ()),
        current=histogram.get("current", ()),
    )
