"""Alert: what is wrong with a deployment, and Notice: what somebody is told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.monitoring.drift import Thresholds
from automl_magic.records.monitoring.retrain import RetrainPolicy
from automl_magic.records.runs.score import Link

MINUTE_S, HOUR_S, DAY_S = 60.0, 3_600.0, 86_400.0


class AlertSeverity(StrEnum):
    """How soon somebody must look: at leisure, today, now."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 to 2: the higher, the worse."""
        return list(AlertSeverity).index(self)


class AlertState(StrEnum):
    """`pending` was seen too few times in a row to be told; `resolved` has been calm since."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class AlertKind(StrEnum):
    """What an alert is about. The first five come from drift reports, the next from serving."""

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
class Finding(Record):
    """One thing that is wrong now. `summary` is a sentence; it may hold words from the data."""

    kind: AlertKind
    subject: str
    severity: AlertSeverity
    summary: str
    link: Link | None = None


@dataclass(frozen=True, kw_only=True)
class Alert(Record):
    """One thing that is or was wrong, as the store has it. Times are seconds since 1970 in UTC.

    `breaches` and `calm` count the latest observations in a row with it and without it.
    """

    key: str
    group: str
    deployment: str
    kind: AlertKind
    subject: str
    severity: AlertSeverity
    state: AlertState
    summary: str
    link: Link | None
    breaches: int
    calm: int
    first_at: float
    last_at: float
    fired_at: float | None = None
    resolved_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Notice(Record):
    """What somebody is told about a group of alerts. All of its text is plain.

    `summaries` are those of the worst few of `n_alerts`. `next_steps` are commands to type. `url`
    leads to the cell of `link`, where the address of the notebooks is known.
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
    at: float
    link: Link | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule(Record):
    """What is done about one kind of alert, where it is something else than usual.

    It fires after `fire_after` observations in a row (what is critical: at the first), and is
    resolved after `resolve_after` calm ones. `severity` takes the place of the finding's own;
    `channels` are the only ones told, all if left out.
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
    """How a notice travels: to the log, to a webhook of Slack's form, by mail, to PagerDuty."""

    LOG = "log"
    SLACK = "slack"
    EMAIL = "email"
    PAGERDUTY = "pagerduty"


class MailSecurity(StrEnum):
    """How mail is encrypted on its way: from the first byte on, or from STARTTLS on."""

    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, kw_only=True)
class Channel(Record):
    """Where notices go. A secret is a reference, `${secret:NAME}`, and never a value.

    `url` (slack, pagerduty) is where to post; `routing_key` is PagerDuty's. Mail takes `host`,
    `port`, `sender`, `to`, and `user` with `password` where the server asks for them.
    `allowed_hosts` may be called although they are of the own network (see `outbound.post_json`).
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
        needed = {
            ChannelKind.LOG: (),
            ChannelKind.SLACK: ("url",),
            ChannelKind.EMAIL: ("host", "sender", "to"),
            ChannelKind.PAGERDUTY: ("routing_key",),
        }[self.kind]
        for field_name in needed:
            if not getattr(self, field_name):
                raise OutOfRange(field_name, f"a value, for the kind {self.kind.value}")
        for field_name in ("password", "routing_key"):
            value = getattr(self, field_name)
            if value is not None and not value.startswith("${secret:"):
                raise OutOfRange(field_name, "a reference ${secret:NAME}, never the secret itself")
        if not 1 <= self.port <= 65_535:
            raise OutOfRange("port", "a whole number from 1 to 65,535")


@dataclass(frozen=True, kw_only=True)
class ServingLimits(Record):
    """From where on the serving of a deployment is worth an alert.

    `latency_ms_p95` and `error_rate_pct` default to the deployment's own goals; without those
    latency is not judged, and errors from 1 % on (critical from 5 %). `window_s` is how far back
    they are measured, over `min_requests` at least. `no_traffic_s` left out: twice the longest
    silence of the last seven days.
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
class Monitor(Record):
    """How a deployment is watched, who is told, and what is done.

    A window of `window_s` seconds is judged every `every_s`; `thresholds` left out are those of the
    model's experiment. A group of alerts is told of once in `repeat_s`. The log is always told.
    """

    schema_version: int = 1
    name: str
    window_s: float = DAY_S
    every_s: float = 15 * MINUTE_S
    repeat_s: float = 4 * HOUR_S
    thresholds: Thresholds | None = None
    serving: ServingLimits = field(default_factory=ServingLimits)
    rules: tuple[Rule, ...] = ()
    channels: tuple[Channel, ...] = ()
    retrain: RetrainPolicy = field(default_factory=RetrainPolicy)

    def __post_init__(self) -> None:
        for name in ("window_s", "every_s", "repeat_s"):
            if not 1 <= getattr(self, name) <= 366 * DAY_S:
                raise OutOfRange(name, "a duration from 1 second to a year")
        names = [channel.name for channel in self.all_channels]
        if len(set(names)) < len(names):
            raise OutOfRange("channels", "channels with a name each, none of them `log`")
        for rule in self.rules:
            if unknown := set(rule.channels or ()) - set(names):
                raise OutOfRange("rules", f"channels that there are, not {min(unknown)!r}")

    @property
    def all_channels(self) -> tuple[Channel, ...]:
        """The log, and what was configured."""
        return (LOG, *self.channels)

    def rule(self, kind: AlertKind) -> Rule:
        """Return the rule for a kind of alert; an event fires at once."""
        found = next((rule for rule in self.rules if rule.kind is kind), None)
        return found or _USUAL.get(kind) or Rule(kind=kind)


_EVENTS = (AlertKind.ROLLBACK, AlertKind.APPROVAL_WANTED, AlertKind.RETRAIN_FAILED)
_USUAL: Mapping[AlertKind, Rule] = {
    **{kind: Rule(kind=kind, fire_after=1, resolve_after=1) for kind in _EVENTS},
    AlertKind.MONITOR_FAILED: Rule(kind=AlertKind.MONITOR_FAILED, resolve_after=1),
}
