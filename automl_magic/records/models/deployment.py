"""Deployment: the requested endpoint. Route: the versions that serve it now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.models.model import CHAMPION

_NAME = r"[A-Za-z][A-Za-z0-9_.-]{0,119}"
_VERSION_ID = re.compile(
    rf"(?P<name>{_NAME})(@(?P<alias>[a-z]{{1,40}})|/(?P<version>[0-9]{{1,9}}))?"
)


@dataclass(frozen=True)
class VersionId:
    """A reference to a model version: `NAME`, `NAME@ALIAS` or `NAME/VERSION`."""

    name: str
    alias: str | None = None
    version: int | None = None

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Parse a text. Return None if it doesn't have this form."""
        match = _VERSION_ID.fullmatch(text)
        if match is None:
            return None
        number = match["version"]
        return cls(match["name"], match["alias"], int(number) if number else None)

    @property
    def follows_champion(self) -> bool:
        """Whether it refers to the current champion. A plain name does."""
        return self.version is None and self.alias in (None, CHAMPION)


class StrategyKind(StrEnum):
    """How a new version is rolled out.

    `canary`: it gets a growing share of the requests. `blue_green`: it gets all requests at once,
    and the old version stays loaded. `shadow`: its predictions are only logged. `ab`: it gets a
    fixed share until the outcomes show which version is better.
    """

    CANARY = "canary"
    BLUE_GREEN = "blue_green"
    SHADOW = "shadow"
    AB = "ab"


class InputPolicy(StrEnum):
    """The policy for input values that the training data didn't have."""

    REFUSE = "refuse"
    FLAG = "flag"
    ALLOW = "allow"


@dataclass(frozen=True, kw_only=True)
class Slos(Record):
    """Objectives that a new version must meet, or the guard rolls it back.

    `latency_ms_p95` is measured from the arrival of a request to its response. `error_rate_pct`
    counts server errors. `min_requests` is the minimum number of requests for a decision.
    """

    latency_ms_p95: float | None = None
    error_rate_pct: float | None = None
    min_requests: int = 50

    def __post_init__(self) -> None:
        if self.latency_ms_p95 is not None and not self.latency_ms_p95 > 0:
            raise OutOfRange("latency_ms_p95", "a number of milliseconds above 0")
        if self.error_rate_pct is not None and not 0 <= self.error_rate_pct <= 100:
            raise OutOfRange("error_rate_pct", "a percentage from 0 to 100")
        if self.min_requests < 1:
            raise OutOfRange("min_requests", "a whole number of at least 1")


@dataclass(frozen=True, kw_only=True)
class Autoscale(Record):
    """The number of replicas in a cluster, or the maximum worker processes on one machine."""

    min_replicas: int = 1
    max_replicas: int = 1
    target_cpu_pct: int = 70

    def __post_init__(self) -> None:
        if not 1 <= self.min_replicas <= self.max_replicas:
            raise OutOfRange("min_replicas", "a whole number from 1 to max_replicas")
        if not 1 <= self.target_cpu_pct <= 100:
            raise OutOfRange("target_cpu_pct", "a percentage from 1 to 100")


class OnWinner(StrEnum):
    """The action when outcomes show which version of an A/B test is better.

    `ask`: it's reported in the log, the metrics and the audit log. `promote`: the better version
    becomes stable.
    """

    ASK = "ask"
    PROMOTE = "promote"


@dataclass(frozen=True, kw_only=True)
class RolloutStrategy(Record):
    """How versions share the requests when the deployment starts.

    The last three fields are for A/B tests: `on_winner` is the action at the end, `alpha` the
    false positive rate of the test, and `min_outcomes` the number of outcomes that each version
    needs before a decision.
    """

    kind: StrategyKind = StrategyKind.CANARY
    stable_pct: float = 100.0
    canary_pct: float = 0.0
    sticky: bool = False
    on_winner: OnWinner = OnWinner.ASK
    alpha: float = 0.05
    min_outcomes: int = 100

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise OutOfRange("alpha", "a probability between 0 and 1")
        if self.min_outcomes < 2:
            raise OutOfRange("min_outcomes", "a whole number of at least 2")
        if not (0 <= self.stable_pct <= 100 and 0 <= self.canary_pct <= 100):
            raise OutOfRange("canary_pct", "a percentage from 0 to 100")
        if abs(self.stable_pct + self.canary_pct - 100) > 1e-9:
            raise OutOfRange("canary_pct", "100 minus stable_pct: both must sum to 100")


@dataclass(frozen=True, kw_only=True)
class InputChecks(Record):
    """The policies for inputs outside the model's signed schema."""

    ranges: InputPolicy = InputPolicy.FLAG
    categories: InputPolicy = InputPolicy.FLAG
    missing: InputPolicy = InputPolicy.REFUSE
    unknown: InputPolicy = InputPolicy.REFUSE


@dataclass(frozen=True, kw_only=True)
class PredictionLog(Record):
    """Settings of the prediction log.

    `sample` is the fraction of requests to log, `max_per_s` the maximum per second. Columns in
    `hash` are logged as a keyed hash and columns in `drop` aren't logged. All others are logged as
    received. `protect` adds the columns that the model's schema marks as personal to `hash`.
    """

    enabled: bool = True
    sample: float = 1.0
    max_per_s: float = 200.0
    hash: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    protect: bool = True
    retention_days: float = 30.0

    def __post_init__(self) -> None:
        if not 0 <= self.sample <= 1:
            raise OutOfRange("sample", "a fraction from 0 to 1")
        if not self.max_per_s > 0:
            raise OutOfRange("max_per_s", "a number above 0")
        if not self.retention_days > 0:
            raise OutOfRange("retention_days", "a number of days above 0")


@dataclass(frozen=True, kw_only=True)
class RequestLimits(Record):
    """Limits for one request (`body_bytes`, `rows`, `depth`, `timeout_s`) and for all (`queue`)."""

    body_bytes: int = 1_000_000
    rows: int = 1_000
    depth: int = 20
    queue: int = 1_024
    timeout_s: float = 10.0

    def __post_init__(self) -> None:
        for name in ("body_bytes", "rows", "depth", "queue"):
            if getattr(self, name) < 1:
                raise OutOfRange(name, "a whole number of at least 1")
        if not 0 < self.timeout_s <= 3600:
            raise OutOfRange("timeout_s", "a number of seconds above 0, at most 3600")


@dataclass(frozen=True, kw_only=True)
class Deployment(Record):
    """The requested endpoint, as set in the deployment file.

    `model_version_id` is `NAME`, `NAME@ALIAS` or `NAME/VERSION`. `canary_version_id` has the same
    form, for the new version. `callback_hosts` are the hosts that can be called after a batch.
    """

    schema_version: int = 1
    name: str
    model_version_id: str
    canary_version_id: str | None = None
    strategy: RolloutStrategy = field(default_factory=RolloutStrategy)
    autoscale: Autoscale = field(default_factory=Autoscale)
    slos: Slos = field(default_factory=Slos)
    checks: InputChecks = field(default_factory=InputChecks)
    log: PredictionLog = field(default_factory=PredictionLog)
    limits: RequestLimits = field(default_factory=RequestLimits)
    callback_hosts: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(_NAME, self.name):
            raise OutOfRange("name", "a letter, then letters, digits, '_', '.' and '-'")
        for name in ("model_version_id", "canary_version_id"):
            text = getattr(self, name)
            if text is not None and VersionId.of(text) is None:
                raise OutOfRange(name, "NAME, NAME@ALIAS or NAME/VERSION")

    @property
    def follows_champion(self) -> bool:
        """Whether a promoted champion becomes the stable version of this deployment."""
        version_id = VersionId.of(self.model_version_id)
        return version_id is not None and version_id.follows_champion


class Role(StrEnum):
    """The role of a version in a route."""

    STABLE = "stable"
    CANARY = "canary"
    SHADOW = "shadow"


@dataclass(frozen=True, kw_only=True)
class Route(Record):
    """The versions of a model that serve a deployment.

    The record is only replaced as a whole, by compare-and-swap on `epoch`. `previous` is the last
    stable version. A rollback restores it if there's no canary. `kind` is how `canary` is assessed:
    by the guard (canary) or by outcomes (ab). `percent` is the canary's share of the requests.
    """

    deployment: str
    model: str
    epoch: int
    stable: int
    canary: int | None = None
    shadow: int | None = None
    percent: float = 0.0
    kind: StrategyKind = StrategyKind.CANARY
    sticky: bool = False
    previous: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise OutOfRange("percent", "a percentage from 0 to 100")
        if self.canary is None and self.percent:
            raise OutOfRange("percent", "0 without a canary")

    @property
    def versions(self) -> tuple[int, ...]:
        """The distinct versions of the route: stable, canary, shadow."""
        versions = (self.stable, self.canary, self.shadow)
        return tuple(dict.fromkeys(version for version in versions if version is not None))
