"""RetrainReport: when a challenger is trained, and how it compares with the champion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.runs.score import CellLink, Score

RETRAIN_NAME = "retrain.json"
_DAY_S = 86_400.0


class Trigger(StrEnum):
    """The trigger of a retraining."""

    ALERT = "alert"
    SCHEDULE = "schedule"
    HAND = "hand"


class Promote(StrEnum):
    """The policy for a better challenger. It's never served without an approval."""

    NEVER = "never"
    IF_BETTER = "if_better"


class RetrainStatus(StrEnum):
    """The status of a retraining."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class RetrainPolicy(Record):
    """When a deployment's model is retrained automatically.

    A critical alert of a kind in `on` starts a retraining, or a schedule with the interval
    `every_s`, if set. It needs `min_rows` new rows with a known outcome. The search has a budget of
    `budget_s` seconds, by default that of the experiment. There are at least `cooldown_s` seconds
    between automatic retrainings, and none starts if those of the last `period_s` seconds took
    `spend_s` seconds in total. With `promote: if_better`, an approved challenger that is better
    becomes a canary with 10% of the requests.
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
class RowSource(Record):
    """A source of a challenger's training rows, with a note on excluded rows."""

    name: str
    rows: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Comparison(Record):
    """The scores of a challenger and the champion on the same recent rows, unseen by both.

    `gain` is the improvement of the challenger in units of the metric, above 0 if it's better.
    `low` and `high` are its 95% interval (paired bootstrap over rows), `p_better` the share of
    resamples in which the challenger is better.
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
        """Whether the 95% interval of the gain is above 0."""
        return self.low > 0


@dataclass(frozen=True, kw_only=True)
class RetrainReport(Record):
    """The result of a retrain notebook. `decision` is `better`, `not_better` or `worse`."""

    schema_version: int = 1
    deployment: str
    model: str
    champion: int
    sources: tuple[RowSource, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)  # excluded columns and the reasons
    training_rows: int
    recent_rows: int
    comparison: Comparison
    decision: str
    why: str
    link: CellLink
