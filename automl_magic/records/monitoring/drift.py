"""DriftReport: how a window of predictions differs from what the model saw before its release.

Every number is a link: the run that judged the window, its notebook, and the cell of the section
that the number stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.data.dataset import ColumnKind
from automl_magic.records.explanations.explanation import Skipped
from automl_magic.records.monitoring.reference import CalibrationBin
from automl_magic.records.runs.score import Link, Score

DRIFT_NAME = "drift.json"
NOTEBOOK = "output.ipynb"


class DriftSeverity(StrEnum):
    """How much a difference matters. What could not be judged never alarms."""

    UNJUDGED = "unjudged"
    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 to 3: the higher, the worse."""
        return list(DriftSeverity).index(self)

    @property
    def alarms(self) -> bool:
        return self in (DriftSeverity.WARNING, DriftSeverity.CRITICAL)


def worst(severities: Any) -> DriftSeverity:
    """Return the worst of some severities; `unjudged` where there is none."""
    return max(severities, key=lambda one: one.rank, default=DriftSeverity.UNJUDGED)


@dataclass(frozen=True, kw_only=True)
class Thresholds(Record):
    """From where on a difference matters. It must also be more than chance: see `alpha`.

    `alpha` is the chance of one false alarm or more in a window without any shift, over all tests
    together. `psi_*` are population stability indices, `missing_*` and `outside_*` differences of
    shares (of missing values; of values out of range, of unknown categories, of values that cannot
    be read), `yellow` and `red` fractions of the score at release, `ece_*` differences of the
    expected calibration error. A test needs `min_rows` rows.
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
            raise OutOfRange("alpha", "a chance between 0 and 1")
        pairs = ("psi", "missing", "outside", "ece")
        ordered = [(f"{pair}_warning", f"{pair}_critical") for pair in pairs] + [("yellow", "red")]
        for low, high in ordered:
            if not 0 < getattr(self, low) <= getattr(self, high):
                raise OutOfRange(low, f"a number above 0 that is at most {high}")
        if self.min_rows < 2:
            raise OutOfRange("min_rows", "a whole number of at least 2")


@dataclass(frozen=True, kw_only=True)
class Statistic(Record):
    """The outcome of one test. `p_value` is None where a number is a distance, not a test."""

    name: str
    value: float
    p_value: float | None = None


@dataclass(frozen=True, kw_only=True)
class Histogram(Record):
    """The shares of the reference and of the window in the same bins, named for reading."""

    bins: tuple[str, ...]
    reference: tuple[float, ...]
    current: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class ColumnDrift(Record):
    """How far the values of one column, or the predictions, have moved.

    `psi` is the population stability index less what chance alone is expected to give. `p_adjusted`
    is that of all tests of the column, corrected for the number of columns. `rows` had a value;
    `effective_rows` is what they are worth where they were logged at different rates. `why` says
    the verdict in a sentence. `histogram` is kept for the columns that moved most.
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
    histogram: Histogram | None = None


@dataclass(frozen=True, kw_only=True)
class QualityFinding(Record):
    """What is wrong with the values of one column.

    `problem` is `missing`, `new_category`, `out_of_range`, `unreadable`, `absent` (a column that
    the model reads is in no row) or `unexpected` (the model does not read it). `share` is that of
    the rows, `reference` what training had. `examples` are texts, none of a personal column.
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
    """The score of the rows predicted in a part of the window; times are seconds since 1970."""

    start: float
    end: float
    score: Score


@dataclass(frozen=True, kw_only=True)
class Performance(Record):
    """The model's metric on the rows whose outcome is known, against its score at release.

    `loss` is the fraction of the score at release that is lost, negative where it got better.
    `trend_per_day` is the slope over `buckets` in units of the metric, with `trend_p_value`.
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
    """How far the probabilities may be believed now, against the release, in the same bins."""

    severity: DriftSeverity
    ece_release: float | None = None
    ece: float | None = None
    statistic: float | None = None
    p_value: float | None = None
    labelled: int
    cuts: tuple[float, ...] = ()
    release: tuple[CalibrationBin, ...] = ()
    current: tuple[CalibrationBin, ...] = ()
    why: str
    cell_id: str = "calibration"


@dataclass(frozen=True, kw_only=True)
class TrafficBucket(Record):
    """A part of the window: requests (estimated where they were sampled), errors, latency."""

    start: float
    end: float
    requests: float
    errors: float
    latency_ms_p50: float | None = None
    latency_ms_p95: float | None = None


@dataclass(frozen=True, kw_only=True)
class Traffic(Record):
    """How much was asked, how fast it was answered, and what failed.

    `logged` rows stand for `requests`, where not all were logged. `errors` counts by code;
    `versions` are the shares of the requests by version and role.
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


@dataclass(frozen=True, kw_only=True)
class Breach(Record):
    """One difference that matters, in the words of an alert.

    `kind` is `feature_drift`, `prediction_drift`, `quality`, `performance`, `calibration`,
    `traffic` or the name of another section; `subject` is the column, the metric, the prediction,
    or that name again.
    """

    kind: str
    subject: str
    severity: DriftSeverity
    value: float | None
    summary: str
    link: Link


@dataclass(frozen=True, kw_only=True)
class DriftReport(Record):
    """What a monitor notebook found out about one window.

    `deployment` is None where a table was judged that no endpoint has logged; `source` says where
    the rows are from. Times are seconds since 1970 in UTC. Of `n_rows` rows, `n_judged` were looked
    at (see `sampling`). A section that is None has its reason in `skipped`. `others` are sections
    that are no field here, by name: each has a `severity`, says `why`, and may name a `value`.
    `evidently` is the file of Evidently's own report in the run's folder.
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
    thresholds: Thresholds
    features: tuple[ColumnDrift, ...] = ()
    prediction: ColumnDrift | None = None
    quality: tuple[QualityFinding, ...] = ()
    performance: Performance | None = None
    calibration: CalibrationDrift | None = None
    traffic: Traffic | None = None
    others: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    evidently: str | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.schema_version != 1:
            raise OutOfRange("schema_version", "1")

    def link(self, cell_id: str) -> Link:
        """Return where the numbers of a cell came from."""
        return Link(run_id=self.run_id, notebook=NOTEBOOK, cell_id=cell_id)

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """Return all differences that matter, the worst first, each with its link."""
        found = [
            Breach(
                kind="feature_drift",
                subject=one.column,
                severity=one.severity,
                value=one.psi,
                summary=one.why,
                link=self.link("features"),
            )
            for one in self.features
        ]
        if (prediction := self.prediction) is not None:
            found.append(
                Breach(
                    kind="prediction_drift",
                    subject=prediction.column,
                    severity=prediction.severity,
                    value=prediction.psi,
                    summary=prediction.why,
                    link=self.link("prediction"),
                )
            )
        found += [
            Breach(
                kind="quality",
                subject=one.column,
                severity=one.severity,
                value=one.share,
                summary=one.why,
                link=self.link("quality"),
            )
            for one in self.quality
        ]
        found += [
            Breach(
                kind=kind,
                subject=subject,
                severity=section.severity,
                value=value,
                summary=section.why,
                link=self.link(section.cell_id),
            )
            for kind, section, subject, value in self._single()
        ]
        found += [
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
        alarming = [one for one in found if one.severity.alarms]
        return tuple(sorted(alarming, key=lambda one: -one.severity.rank))

    def _single(self) -> list[tuple[str, Any, str, float | None]]:
        sections: list[tuple[str, Any, str, float | None]] = []
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
