"""Retrain: when a challenger is made, and how it compares with the champion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.runs.score import Link, Score

RETRAIN_NAME = "retrain.json"
_DAY_S = 86_400.0


class Trigger(StrEnum):
    """What asked for a challenger."""

    ALERT = "alert"
    SCHEDULE = "schedule"
    HAND = "hand"


class Promote(StrEnum):
    """What happens to a challenger that is better. Neither serves without an approval."""

    NEVER = "never"
    IF_BETTER = "if_better"


class RetrainStatus(StrEnum):
    """How far a retraining is."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class RetrainPolicy(Record):
    """When a deployment's model is trained anew without being asked.

    A critical alert of a kind in `on` starts it, and `every_s`, if set, the clock; `min_rows` new
    rows with a known outcome are needed. A search takes `budget_s`, or what the experiment says.
    Between two retrainings that nobody asked for lie `cooldown_s` seconds, and once those of the
    last `period_s` have taken `spend_s` seconds together, no other begins. `promote: if_better`
    makes an approved challenger that is better a canary of 10 %.
    """

    on: tuple[str, ...] = ("performance", "feature_drift", "prediction_drift")
    every_s: float | None = None
    budget_s: float | None = None
    cooldown_s: float = _DAY_S
    period_s: float = 7 * _DAY_S
    spend_s: float = 3_600.0
    min_rows: int = 100
    promote: Promote = Promote.NEVER

    def __post_init__(self) -> None:
        for name in ("every_s", "budget_s", "period_s", "spend_s"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise OutOfRange(name, "a duration above 0")
        if not 0 <= self.cooldown_s < float("inf"):
            raise OutOfRange("cooldown_s", "a duration of at least 0")
        if self.min_rows < 1:
            raise OutOfRange("min_rows", "a whole number of at least 1")


@dataclass(frozen=True, kw_only=True)
class Source(Record):
    """Rows that a challenger was made from: how many, where from, and what was left out."""

    name: str
    rows: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison(Record):
    """A challenger and the champion on the same recent rows, which neither has learned from.

    `gain` is how much better the challenger scores, in units of the metric, above 0 where it is
    better; `low` and `high` its 95 % interval (paired bootstrap over rows), `p_better` the share of
    the resamples in which it is better.
    """

    metric: str
    higher_is_better: bool
    champion: Score
    challenger: Score
    gain: float
    low: float
    high: float
    p_better: float
    resamples: int

    @property
    def is_better(self) -> bool:
        """Whether the 95 % interval of the gain lies above 0."""
        return self.low > 0


@dataclass(frozen=True, kw_only=True)
class Retraining(Record):
    """What a retrain notebook came to. `decision` is `better`, `not_better` or `worse`."""

    schema_version: int = 1
    deployment: str
    model: str
    champion: int
    sources: tuple[Source, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)  # a column, and why it is left out
    training_rows: int
    recent_rows: int
    comparison: Comparison
    decision: str
    why: str
    link: Link
