"""Alert: a problem of a deployment. Notice: a notification about alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from automl_magic.records.codec import OutOfRange, Record, json_key
from automl_magic.records.monitoring.drift import DriftThresholds
from automl_magic.records.monitoring.retrain import RetrainPolicy
from automl_magic.records.runs.score import CellLink

MINUTE_S, HOUR_S, DAY_S = 60.0, 3_600.0, 86_400.0


class AlertSeverity(StrEnum):
    """The urgency of an alert: no hurry, today or now."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 to 2. Higher is more severe."""
        return list(AlertSeverity).index(self)


class AlertState(StrEnum):
    """The state of an alert. `pending` hasn't been observed often enough in a row to fire."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class AlertKind(StrEnum):
    """The subject of an alert. The first five come from drift reports, the next from serving."""

    FEATURE_DRIFT = "feature_drift"
    PREDICTION_DRIFT = "prediction_drift"
    QUALITY = "quality"
    PERFORMANCE = "performance"
    CALIBRATION = "calibration"
    ERROR_RATE = "error_rate"
    LATENCY = "latency"
    NO_TRAFFIC = "no_traffic"
    WORKERS = "workers"
    ROLLBACK = "rollback"
    APPROVAL_WANTED = "approval_wanted"
    RETRAIN_FAILED = "retrain_failed"
    MONITOR_FAILED = "monitor_failed"


@dataclass(frozen=True, kw_only=True)
class AlertFinding(Record):
    """One current problem. `summary` is a sentence that can contain text from the data."""

    kind: AlertKind
    subject: str
    severity: AlertSeverity
    summary: str
    link: CellLink | None = None


@dataclass(frozen=True, kw_only=True)
class Alert(Record):
    """A current or past problem, as in the store. Times are seconds since 1970 in UTC.

    `breaches` and `calm` count the latest consecutive observations with and without the problem.
    """

    key: str
    group: str
    deployment: str
    kind: AlertKind
    subject: str
    severity: AlertSeverity
    state: AlertState
    summary: str
    link: CellLink | None
    breaches: int
    calm: int
    first_at: float
    last_at: float
    fired_at: float | None = None
    resolved_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Notification(Record):
    """A notification about a group of alerts. All texts are plain text.

    `summaries` are those of the most severe of `n_alerts`. `next_steps` are commands. `url` is the
    address of the cell of `link`, if the address of the notebooks is known. `timestamp` is in
    seconds since 1970.
    """

    deployment: str
    group: str
    kind: AlertKind
    state: AlertState
    severity: AlertSeverity
    title: str
    summaries: tuple[str, ...]
    n_alerts: int
    next_steps: tuple[str, ...]
    timestamp: float = json_key("at")
    link: CellLink | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class AlertRule(Record):
    """Settings for one kind of alert that differ from the defaults.

    It fires after `fire_after` consecutive observations (critical alerts at the first), and is
    resolved after `resolve_after` observations without the problem. `severity` overrides that of
    the finding. Only `channels` are notified, all if None.
    """

    kind: AlertKind
    fire_after: int = 2
    resolve_after: int = 2
    severity: AlertSeverity | None = None
    channels: tuple[str, ...] | None = None
    is_muted: bool = False

    def __post_init__(self) -> None:
        for name in ("fire_after", "resolve_after"):
            if not 1 <= getattr(self, name) <= 1_000:
                raise OutOfRange(name, "a whole number from 1 to 1,000")


class ChannelKind(StrEnum):
    """The type of a channel: the log, a Slack-compatible webhook, email or PagerDuty."""

    LOG = "log"
    SLACK = "slack"
    EMAIL = "email"
    PAGERDUTY = "pagerduty"


class MailSecurity(StrEnum):
    """The encryption of email: TLS from the start, or STARTTLS."""

    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, kw_only=True)
class Channel(Record):
    """A destination of notifications. Secrets are references, `${secret:NAME}`, never values.

    `url` (slack, pagerduty) is the address to post to. `routing_key` is for PagerDuty. Email needs
    `host`, `port`, `sender` and `to`, and `user` with `password` if the server requires them.
    `allowed_hosts` can be called even if they're in the private network (see
    `outbound.post_json`).
    """

    name: str
    kind: ChannelKind
    min_severity: AlertSeverity = AlertSeverity.WARNING
    url: str | None = None
    routing_key: str | None = None
    host: str | None = None
    port: int = 587
    security: MailSecurity = MailSecurity.STARTTLS
    user: str | None = None
    password: str | None = None
    sender: str | None = None
    to: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= 60 or not self.name.isprintable():
            raise OutOfRange("name", "a name of 1 to 60 characters")
        required = {
            ChannelKind.LOG: (),
            ChannelKind.SLACK: ("url",),
            ChannelKind.EMAIL: ("host", "sender", "to"),
            ChannelKind.PAGERDUTY: ("routing_key",),
        }[self.kind]
        for field_name in required:
            if not getattr(self, field_name):
                raise OutOfRange(field_name, f"a value for the kind {self.kind.value}")
        for field_name in ("password", "routing_key"):
            value = getattr(self, field_name)
            if value is not None and not value.startswith("${secret:"):
                raise OutOfRange(field_name, "a reference ${secret:NAME}, not the secret itself")
        if not 1 <= self.port <= 65_535:
            raise OutOfRange("port", "a whole number from 1 to 65,535")


@dataclass(frozen=True, kw_only=True)
class ServingLimits(Record):
    """Limits of a deployment's serving. Exceeding them raises an alert.

    `latency_ms_p95` and `error_rate_pct` default to the deployment's objectives. Without
    objectives, latency isn't checked, and errors raise an alert from 1% (critical from 5%). Both
    are measured over the last `window_s` seconds and at least `min_requests` requests.
    `no_traffic_s` defaults to twice the longest gap between requests in the last seven days.
    """

    window_s: float = 300.0
    min_requests: int = 50
    error_rate_pct: float | None = None
    latency_ms_p95: float | None = None
    no_traffic_s: float | None = None
    worker_deaths_per_hour: int = 3

    def __post_init__(self) -> None:
        for name in ("window_s", "error_rate_pct", "latency_ms_p95", "no_traffic_s"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise OutOfRange(name, "a number above 0")
        for name in ("min_requests", "worker_deaths_per_hour"):
            if getattr(self, name) < 1:
                raise OutOfRange(name, "a whole number of at least 1")


LOG = Channel(name="log", kind=ChannelKind.LOG, min_severity=AlertSeverity.INFO)


@dataclass(frozen=True, kw_only=True)
class MonitorSpec(Record):
    """How a deployment is monitored, who is notified, and when it's retrained.

    A window of `window_s` seconds is checked every `every_s` seconds. `thresholds` default to those
    of the model's experiment. A group of alerts is notified once per `repeat_s` seconds. The log is
    always notified.
    """

    schema_version: int = 1
    name: str
    window_s: float = DAY_S
    every_s: float = 15 * MINUTE_S
    repeat_s: float = 4 * HOUR_S
    thresholds: DriftThresholds | None = None
    serving: ServingLimits = field(default_factory=ServingLimits)
    rules: tuple[AlertRule, ...] = ()
    channels: tuple[Channel, ...] = ()
    retrain: RetrainPolicy = field(default_factory=RetrainPolicy)

    def __post_init__(self) -> None:
        for name in ("window_s", "every_s", "repeat_s"):
            if not 1 <= getattr(self, name) <= 366 * DAY_S:
                raise OutOfRange(name, "a duration from 1 second to a year")
        names = [channel.name for channel in self.all_channels]
        if len(set(names)) < len(names):
            raise OutOfRange("channels", "channels with unique names other than `log`")
        for rule in self.rules:
            if unknown := set(rule.channels or ()) - set(names):
                raise OutOfRange("rules", f"existing channels, not {min(unknown)!r}")

    @property
    def all_channels(self) -> tuple[Channel, ...]:
        """The log and the configured channels."""
        return (LOG, *self.channels)

    def rule(self, kind: AlertKind) -> AlertRule:
        """Return the rule for a kind of alert. By default, events fire at once."""
        rule = next((rule for rule in self.rules if rule.kind is kind), None)
        return rule or _DEFAULTS.get(kind) or AlertRule(kind=kind)


_EVENTS = (AlertKind.ROLLBACK, AlertKind.APPROVAL_WANTED, AlertKind.RETRAIN_FAILED)
_DEFAULTS: Mapping[AlertKind, AlertRule] = {
    **{kind: AlertRule(kind=kind, fire_after=1, resolve_after=1) for kind in _EVENTS},
    AlertKind.MONITOR_FAILED: AlertRule(kind=AlertKind.MONITOR_FAILED, resolve_after=1),
}
