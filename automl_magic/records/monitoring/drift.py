"""DriftReport: how a window of predictions differs from the model's reference data.

Every number links to the monitor run, its notebook, and the cell of its section.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.data.dataset import ColumnKind
from automl_magic.records.explanations.explanation import SkippedSection
from automl_magic.records.monitoring.reference import ConfidenceBin
from automl_magic.records.runs.score import CellLink, Score

DRIFT_NAME = "drift.json"
NOTEBOOK = "output.ipynb"


class DriftSeverity(StrEnum):
    """The severity of a difference. `unjudged` means it couldn't be tested. It raises no alert."""

    UNJUDGED = "unjudged"
    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 to 3. Higher is more severe."""
        return list(DriftSeverity).index(self)

    @property
    def raises_alert(self) -> bool:
        return self in (DriftSeverity.WARNING, DriftSeverity.CRITICAL)


def worst_severity(severities: Iterable[DriftSeverity]) -> DriftSeverity:
    """Return the worst severity, or `unjudged` if there are none."""
    return max(severities, key=lambda severity: severity.rank, default=DriftSeverity.UNJUDGED)


@dataclass(frozen=True, kw_only=True)
class DriftThresholds(Record):
    """Thresholds for drift alerts. A difference must also be statistically significant (`alpha`).

    `alpha` is the family-wise error rate: the probability of any false alarm in a window without
    drift, over all tests. `psi_*` are population stability indices. `missing_*` are differences of
    the share of missing values, `outside_*` of the share of values that are out of range, unknown
    categories or unreadable. `yellow` and `red` are fractions of the score at release. `ece_*` are
    differences of the expected calibration error. A test needs `min_rows` rows.
    """

    alpha: float = 0.01
    psi_warning: float = 0.1
    psi_critical: float = 0.25
    missing_warning: float = 0.05
    missing_critical: float = 0.2
    outside_warning: float = 0.01
    outside_critical: float = 0.05
    ece_warning: float = 0.05
    ece_critical: float = 0.1
    yellow: float = 0.05
    red: float = 0.1
    min_rows: int = 50

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise OutOfRange("alpha", "a probability between 0 and 1")
        pairs = ("psi", "missing", "outside", "ece")
        ordered = [(f"{pair}_warning", f"{pair}_critical") for pair in pairs] + [("yellow", "red")]
        for low, high in ordered:
            if not 0 < getattr(self, low) <= getattr(self, high):
                raise OutOfRange(low, f"a number above 0 and at most {high}")
        if self.min_rows < 2:
            raise OutOfRange("min_rows", "a whole number of at least 2")


@dataclass(frozen=True, kw_only=True)
class Statistic(Record):
    """The result of one test. `p_value` is None if the statistic is a distance, not a test."""

    name: str
    value: float
    p_value: float | None = None


@dataclass(frozen=True, kw_only=True)
class Histogram(Record):
    """The shares of the reference and of the window in the same bins. `bins` are labels."""

    bins: tuple[str, ...]
    reference: tuple[float, ...]
    current: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ColumnDrift(Record):
    """The drift of one column, or of the predictions.

    `psi` is the population stability index minus its expected value under no drift. `p_adjusted`
    is the p-value of all tests of the column, corrected for the number of columns. `rows` is the
    number of rows with a value, `effective_rows` the effective sample size if they were logged at
    different rates. `why` explains the severity, with the statistics. `shift` only says what
    changed, empty if it wasn't checked or in reports of version 0.1. `histogram` is only set for
    the columns with the most drift.
    """

    column: str
    kind: ColumnKind | None = None
    severity: DriftSeverity
    rows: int
    effective_rows: float
    psi: float | None = None
    p_adjusted: float | None = None
    statistics: tuple[Statistic, ...] = ()
    why: str
    shift: str = ""
    histogram: Histogram | None = None


@dataclass(frozen=True, kw_only=True)
class QualityFinding(Record):
    """A data quality problem of one column.

    `problem` is `missing`, `new_category`, `out_of_range`, `unreadable`, `absent` (no row has this
    input column) or `unexpected` (the model doesn't use the column). `share` is the share of rows
    with the problem, `reference` the share in training. `examples` are texts. Personal columns
    have none.
    """

    column: str
    problem: str
    severity: DriftSeverity
    share: float
    reference: float
    p_adjusted: float | None = None
    examples: tuple[str, ...] = ()
    why: str


@dataclass(frozen=True, kw_only=True)
class ScoreBucket(Record):
    """The score on the rows of one part of the window. Times are seconds since 1970."""

    start: float
    end: float
    score: Score


@dataclass(frozen=True, kw_only=True)
class Performance(Record):
    """The model's score on rows with a known outcome, compared with its score at release.

    `loss` is the lost fraction of the score at release, negative for a gain. `trend_per_day` is the
    slope over `buckets` in units of the metric per day, with `trend_p_value`. `labelled` of
    `of_rows` rows have an outcome.
    """

    severity: DriftSeverity
    metric: str
    higher_is_better: bool
    release: Score | None
    current: Score | None
    loss: float | None = None
    p_value: float | None = None
    labelled: int
    of_rows: int
    buckets: tuple[ScoreBucket, ...] = ()
    trend_per_day: float | None = None
    trend_p_value: float | None = None
    why: str
    cell_id: str = "performance"


@dataclass(frozen=True, kw_only=True)
class CalibrationDrift(Record):
    """Calibration of the probabilities now and at release, in the same bins."""

    severity: DriftSeverity
    ece_release: float | None = None
    ece: float | None = None
    statistic: float | None = None
    p_value: float | None = None
    labelled: int
    cuts: tuple[float, ...] = ()
    release: tuple[ConfidenceBin, ...] = ()
    current: tuple[ConfidenceBin, ...] = ()
    why: str
    cell_id: str = "calibration"


@dataclass(frozen=True, kw_only=True)
class TrafficBucket(Record):
    """One part of the window: requests (estimated if sampled), errors, latency."""

    start: float
    end: float
    requests: float
    errors: float
    latency_ms_p50: float | None = None
    latency_ms_p95: float | None = None


@dataclass(frozen=True, kw_only=True)
class Traffic(Record):
    """Number of requests, latency and errors.

    `logged` is the number of logged rows, `requests` the estimated number of all requests. `errors`
    has counts by error code. `versions` has the shares of the requests by version and role.
    """

    severity: DriftSeverity
    logged: int
    requests: float
    per_s: float
    error_rate_pct: float
    errors: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, float] = field(default_factory=dict)
    latency_ms_p50: float | None = None
    latency_ms_p95: float | None = None
    latency_ms_p99: float | None = None
    slo_latency_ms_p95: float | None = None
    slo_error_rate_pct: float | None = None
    buckets: tuple[TrafficBucket, ...] = ()
    why: str
    cell_id: str = "traffic"


_SingleSection: TypeAlias = Performance | CalibrationDrift | Traffic


@dataclass(frozen=True, kw_only=True)
class Breach(Record):
    """One difference that raises an alert.

    `kind` is `feature_drift`, `prediction_drift`, `quality`, `performance`, `calibration`,
    `traffic` or the name of another section. `subject` is the column, the metric, the prediction,
    or the name of that section.
    """

    kind: str
    subject: str
    severity: DriftSeverity
    value: float | None
    summary: str
    link: CellLink


@dataclass(frozen=True, kw_only=True)
class DriftReport(Record):
    """The results of a monitor notebook for one window.

    `deployment` is None for a table that wasn't logged by an endpoint. `source` describes the
    origin of the rows. Times are seconds since 1970 in UTC. `n_judged` of `n_rows` rows were
    checked (see `sampling`). A section that is None has its reason in `skipped`. `others` are
    further sections by name: each has a `severity`, a reason `why`, and optionally a `value`.
    `evidently` is the file of Evidently's report in the run's folder.
    """

    schema_version: int = 1
    run_id: str
    deployment: str | None = None
    model: str
    version: int | None = None
    source: str
    window_start: float
    window_end: float
    n_rows: int
    n_judged: int
    sampling: str
    severity: DriftSeverity
    summary: str
    thresholds: DriftThresholds
    features: tuple[ColumnDrift, ...] = ()
    prediction: ColumnDrift | None = None
    quality: tuple[QualityFinding, ...] = ()
    performance: Performance | None = None
    calibration: CalibrationDrift | None = None
    traffic: Traffic | None = None
    others: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    skipped: tuple[SkippedSection, ...] = ()
    evidently: str | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.schema_version != 1:
            raise OutOfRange("schema_version", "1")

    def link(self, cell_id: str) -> CellLink:
        """Return a link to a cell of the monitor notebook."""
        return CellLink(run_id=self.run_id, notebook=NOTEBOOK, cell_id=cell_id)

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """Return all differences that raise an alert with their links, most severe first."""
        breaches = [
            Breach(
                kind="feature_drift",
                subject=feature.column,
                severity=feature.severity,
                value=feature.psi,
                summary=feature.why,
                link=self.link("features"),
            )
            for feature in self.features
        ]
        if (prediction := self.prediction) is not None:
            breaches.append(
                Breach(
                    kind="prediction_drift",
                    subject=prediction.column,
                    severity=prediction.severity,
                    value=prediction.psi,
                    summary=prediction.why,
                    link=self.link("prediction"),
                )
            )
        breaches += [
            Breach(
                kind="quality",
                subject=finding.column,
                severity=finding.severity,
                value=finding.share,
                summary=finding.why,
                link=self.link("quality"),
            )
            for finding in self.quality
        ]
        breaches += [
            Breach(
                kind=kind,
                subject=subject,
                severity=section.severity,
                value=value,
                summary=section.why,
                link=self.link(section.cell_id),
            )
            for kind, section, subject, value in self._single_sections()
        ]
        breaches += [
            Breach(
                kind=name,
                subject=name,
                severity=DriftSeverity(section["severity"]),
                value=section.get("value"),
                summary=str(section["why"]),
                link=self.link(name),
            )
            for name, section in self.others.items()
        ]
        alarming = [breach for breach in breaches if breach.severity.raises_alert]
        return tuple(sorted(alarming, key=lambda breach: -breach.severity.rank))

    def _single_sections(self) -> list[tuple[str, _SingleSection, str, float | None]]:
        sections: list[tuple[str, _SingleSection, str, float | None]] = []
        if self.performance is not None:
            metric = self.performance.metric
            sections.append(("performance", self.performance, metric, self.performance.loss))
        if self.calibration is not None:
            sections.append(
                ("calibration", self.calibration, "probabilities", self.calibration.ece)
            )
        if self.traffic is not None:
            sections.append(("traffic", self.traffic, "requests", self.traffic.error_rate_pct))
        return sections
