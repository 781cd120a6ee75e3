"""What the board shows of a deployment, read quickly and again and again.

The databases aggregate: of a hundred thousand predictions a few hundred rows come here. Parts of
the time that are over are not read twice, nor are reports.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, and_, case, func, select

from automl_magic.errors import DeploymentNotFound
from automl_magic.monitor.alerts import alerts_of
from automl_magic.monitor.retrain import Retrain, retrains_of
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.records.monitoring.alert import DAY_S, Alert
from automl_magic.store.engine import reading
from automl_magic.store.routes import RouteChange, history, read_deployment
from automl_magic.store.tables import checks, deployments, predictions

N_BUCKETS, SPAN_S = 96, DAY_S
MOST_CHECKS, MOST_FEATURES = 48, 15


@dataclass(frozen=True)
class Bucket:
    """A part of the time. `requests` and `errors` are by who answered: `3 stable`."""

    start: float
    requests: Mapping[str, float]
    errors: Mapping[str, float]
    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True)
class Check:
    """One judged window. `psi` and `severity` are by column, `prediction` is a histogram."""

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
class Board:
    """All that the board shows, as it was at one moment (`at`, in seconds since 1970 in UTC)."""

    deployment: Deployment
    route: Route
    at: float
    step_s: float
    buckets: tuple[Bucket, ...]
    changes: tuple[RouteChange, ...]
    checks: tuple[Check, ...]
    alerts: tuple[Alert, ...]
    retrains: tuple[Retrain, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that drift most, in the newest window first, then in any."""
        newest = self.checks[-1].psi if self.checks else {}
        most = {
            name: max((check.psi.get(name) or 0.0) for check in self.checks)
            for check in self.checks
            for name in check.psi
        }
        order = sorted(most, key=lambda name: (-(newest.get(name) or 0.0), -most[name], name))
        return tuple(order[:MOST_FEATURES])


def names(store: Engine) -> tuple[str, ...]:
    """Return the deployments, those that changed last first."""
    with reading(store) as connection:
        query = select(deployments.c.name).order_by(deployments.c.changed_at.desc())
        return tuple(connection.execute(query).scalars())


@dataclass
class Reader:
    """Reads the board of one deployment, and remembers what cannot change any more."""

    store: Engine
    predicted: Engine
    name: str
    _buckets: dict[int, Bucket] = field(default_factory=dict)
    _checks: dict[int, Check] = field(default_factory=dict)

    def read(self, *, at: float) -> Board | None:
        """Return the board as it is now; None where there is no such deployment."""
        try:
            deployment, route = read_deployment(self.store, self.name)
        except DeploymentNotFound:
            return None
        return Board(
            deployment=deployment,
            route=route,
            at=at,
            step_s=SPAN_S / N_BUCKETS,
            buckets=self._traffic(at),
            changes=tuple(history(self.store, self.name, limit=20)),
            checks=self._judged(),
            alerts=alerts_of(self.store, self.name),
            retrains=retrains_of(self.store, self.name),
        )

    def _traffic(self, at: float) -> tuple[Bucket, ...]:
        step = SPAN_S / N_BUCKETS
        last = math.floor(at / step)
        first = last - N_BUCKETS + 1
        known = [number for number in self._buckets if first <= number < last - 1]
        # A row may come in late: the part before the present one is read again.
        since = max(known) + 1 if known else first
        fresh = self._read_traffic(since, step, at)
        kept = {number: self._buckets[number] for number in known}
        empty = {
            number: Bucket(number * step, {}, {}, None, None) for number in range(since, last + 1)
        }
        self._buckets = {**kept, **empty, **fresh}
        return tuple(
            self._buckets.get(number, Bucket(number * step, {}, {}, None, None))
            for number in range(first, last + 1)
        )

    def _read_traffic(self, since: int, step: float, at: float) -> dict[int, Bucket]:
        number = func.floor(predictions.c.at / step)
        wanted = and_(
            predictions.c.deployment == self.name,
            predictions.c.at >= since * step,
            predictions.c.at <= at,
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
            .where(wanted)
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
            .where(wanted, predictions.c.role != "shadow")
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
        with reading(self.predicted) as connection:
            rows = connection.execute(totals).all()
            spans = {int(row[0]): (row[1], row[2]) for row in connection.execute(quantiles)}
        requests: dict[int, dict[str, float]] = {}
        errors: dict[int, dict[str, float]] = {}
        for row in rows:
            key, who = int(row.number), f"{row.version} {row.role}"
            requests.setdefault(key, {})[who] = float(row.requests)
            errors.setdefault(key, {})[who] = float(row.errors)
        return {
            key: Bucket(key * step, requests[key], errors[key], *spans.get(key, (None, None)))
            for key in requests
        }

    def _judged(self) -> tuple[Check, ...]:
        newest = (
            select(checks.c.id)
            .where(checks.c.deployment == self.name)
            .order_by(checks.c.window_end.desc(), checks.c.id.desc())
            .limit(MOST_CHECKS)
        )
        with reading(self.store) as connection:
            ids = list(connection.execute(newest).scalars())
            missing = [one for one in ids if one not in self._checks]
            rows = (
                connection.execute(select(checks).where(checks.c.id.in_(missing))).all()
                if missing
                else []
            )
        read = {row.id: _check(row) for row in rows}
        self._checks = {one: read.get(one) or self._checks[one] for one in ids}
        return tuple(self._checks[one] for one in reversed(ids))


def _check(row: Any) -> Check:
    # Our own document, read as it is: fifty of five hundred columns, field by field, take seconds.
    report = json.loads(row.report)
    performance = report.get("performance") or {}
    histogram = (report.get("prediction") or {}).get("histogram") or {}
    thresholds = report.get("thresholds") or {}
    features = report.get("features") or []
    return Check(
        id=row.id,
        end=row.window_end,
        run_id=report.get("run_id", ""),
        n_rows=row.n_rows,
        severity=row.severity,
        psi={one["column"]: one.get("psi") for one in features},
        severities={one["column"]: one["severity"] for one in features},
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
