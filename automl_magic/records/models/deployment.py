"""Deployment: what shall serve, and Route: which versions answer now."""

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
    """A version of a model as people write it: `NAME`, `NAME@ALIAS` or `NAME/VERSION`."""

    name: str
    alias: str | None = None
    version: int | None = None

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Read a text; None if it is not of this form."""
        match = _VERSION_ID.fullmatch(text)
        if match is None:
            return None
        number = match["version"]
        return cls(match["name"], match["alias"], int(number) if number else None)

    @property
    def follows_champion(self) -> bool:
        """Whether it means whatever is the champion: a plain name does."""
        return self.version is None and self.alias in (None, CHAMPION)


class StrategyKind(StrEnum):
    """How a new version takes over.

    `canary`: a share of the requests, growing. `blue_green`: all requests at once, the old one kept
    warm. `shadow`: it answers too, and its answers are only logged. `ab`: a fixed share until the
    outcomes tell which is better.
    """

    CANARY = "canary"
    BLUE_GREEN = "blue_green"
    SHADOW = "shadow"
    AB = "ab"


class Check(StrEnum):
    """What happens to an input that the training data did not have."""

    REFUSE = "refuse"
    FLAG = "flag"
    ALLOW = "allow"


@dataclass(frozen=True, kw_only=True)
class Slos(Record):
    """What a version must keep while it takes over, or the guard rolls it back.

    `latency_ms_p95` is measured from the request's arrival to its answer; `error_rate_pct` counts
    answers that are the server's fault. `min_requests` is the least number to judge by.
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
    """How many replicas a cluster keeps; on one machine, how many worker processes at most."""

    min_replicas: int = 1
    max_replicas: int = 1
    target_cpu_pct: int = 70

    def __post_init__(self) -> None:
        if not 1 <= self.min_replicas <= self.max_replicas:
            raise OutOfRange("min_replicas", "a whole number from 1 to the most replicas")
        if not 1 <= self.target_cpu_pct <= 100:
            raise OutOfRange("target_cpu_pct", "a percentage from 1 to 100")


class OnWinner(StrEnum):
    """What happens when the outcomes have told which of two versions is better.

    `ask`: it is said, in the log, the metrics and the audit log. `promote`: the better one serves.
    """

    ASK = "ask"
    PROMOTE = "promote"


@dataclass(frozen=True, kw_only=True)
class Strategy(Record):
    """How versions share the requests when the deployment starts.

    The last three are of an A/B test: what happens in the end, the chance of a winner where there
    is no difference, and how many outcomes each version must have before anything is said.
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
            raise OutOfRange("alpha", "a chance between 0 and 1")
        if self.min_outcomes < 2:
            raise OutOfRange("min_outcomes", "a whole number of at least 2")
        if not (0 <= self.stable_pct <= 100 and 0 <= self.canary_pct <= 100):
            raise OutOfRange("canary_pct", "a percentage from 0 to 100")
        if abs(self.stable_pct + self.canary_pct - 100) > 1e-9:
            raise OutOfRange("canary_pct", "stable and canary that sum to 100")


@dataclass(frozen=True, kw_only=True)
class Checks(Record):
    """What is done about inputs outside the schema that was signed with the model."""

    ranges: Check = Check.FLAG
    categories: Check = Check.FLAG
    missing: Check = Check.REFUSE
    unknown: Check = Check.REFUSE


@dataclass(frozen=True, kw_only=True)
class PredictionLog(Record):
    """What is kept of each prediction.

    `sample` is the fraction of requests that are kept, `max_per_s` a cap on top of it. Columns in
    `hash` are kept as a keyed hash, those in `drop` not at all; the rest as they came. `protect`
    adds the columns that the model's schema marks as personal to `hash`.
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
class Limits(Record):
    """What one request, and all of them together, may ask for."""

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
    """An endpoint as it was asked for; the deployment file says it with the field's own words.

    `model_version_id` is `NAME`, `NAME@ALIAS` or `NAME/VERSION`; `canary_version_id` likewise, for
    the version that takes over. `callback_hosts` may be called back after a batch.
    """

    schema_version: int = 1
    name: str
    model_version_id: str
    canary_version_id: str | None = None
    strategy: Strategy = field(default_factory=Strategy)
    autoscale: Autoscale = field(default_factory=Autoscale)
    slos: Slos = field(default_factory=Slos)
    checks: Checks = field(default_factory=Checks)
    log: PredictionLog = field(default_factory=PredictionLog)
    limits: Limits = field(default_factory=Limits)
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
        """Whether promoting a version to champion makes it the stable one here."""
        asked = VersionId.of(self.model_version_id)
        return asked is not None and asked.follows_champion


class Role(StrEnum):
    """Which part a version plays in a route."""

    STABLE = "stable"
    CANARY = "canary"
    SHADOW = "shadow"


@dataclass(frozen=True, kw_only=True)
class Route(Record):
    """Which versions of a model answer the requests of a deployment.

    One record, changed as a whole by compare-and-swap on `epoch`. `previous` is the last stable
    version, to which a rollback returns where there is no canary. `kind` says how `canary` is
    judged: by the guard (canary) or by outcomes (ab).
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
            raise OutOfRange("percent", "0 where there is no canary")

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions that may be asked, each once: stable, canary, shadow."""
        named = (self.stable, self.canary, self.shadow)
        return tuple(dict.fromkeys(version for version in named if version is not None))
