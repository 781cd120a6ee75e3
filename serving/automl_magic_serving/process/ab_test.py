"""An A/B test: compares two versions by the outcomes of their predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from math import log

from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.recipe.reading import UNREAD
from automl_magic.recipe.values import category_text
from automl_magic.records.models.deployment import Role, RolloutStrategy, Route
from automl_magic.store.predictions import Prediction
from automl_magic_serving.process.confidence_sequence import Arm, confidence_interval

# A probability of 0 for the true class would outweigh everything else.
_MIN_PROBABILITY = 1e-3
# The interval is narrowest when each version has about ten times its minimum of outcomes.
_AROUND = 20
# Outcomes are written shortly after they are reported, so queries overlap by this many seconds.
OVERLAP_S = 5.0


class Loss(StrEnum):
    """The loss that versions are compared by: the mean over outcomes, lower is better."""

    LOG_LOSS = "log_loss"
    ERROR = "error_rate"
    SQUARED = "squared_error"
    ABSOLUTE = "absolute_error"


_LABEL_METRICS = frozenset(
    {"accuracy", "balanced_accuracy", "f1", "f1_macro", "precision", "recall"}
)
_ABSOLUTE_METRICS = frozenset({"mae", "mape", "smape", "median_absolute_error"})


def loss_for(metric: str, *, has_classes: bool) -> Loss:
    """Return the per-row loss that replaces the metric used to select the model.

    Metrics of labels become the error rate, those of ranks and probabilities the log loss, those
    of absolute errors the absolute error, and all other regression metrics the squared error.
    """
    if has_classes:
        return Loss.ERROR if metric in _LABEL_METRICS else Loss.LOG_LOSS
    return Loss.ABSOLUTE if metric in _ABSOLUTE_METRICS else Loss.SQUARED


@dataclass(frozen=True)
class ABCriterion:
    """How the versions of an epoch are compared: the loss, and each one's labels in its order.

    `parse` is how numbers are read from outcomes that are text, as in `to_float`.
    """

    loss: Loss
    classes: Mapping[Role, tuple[object, ...]] = field(default_factory=dict)
    parse: Mapping[str, str] = field(default_factory=dict)
    epoch: int = 0

    @cached_property
    def _reader(self) -> OutcomeReader:
        return OutcomeReader.of_all(self.classes.values(), self.parse)

    def row_loss(self, row: Prediction) -> float | None:
        """Return the loss of one prediction with an outcome; None if it can't be computed."""
        outcome, predicted = self._reader.read(row.outcome), self._reader.read(row.prediction)
        if outcome is None or outcome is UNREAD or predicted is None or predicted is UNREAD:
            return None
        if self.loss in (Loss.SQUARED, Loss.ABSOLUTE):
            error = _number(predicted) - _number(outcome)
            return error * error if self.loss is Loss.SQUARED else abs(error)
        if self.loss is Loss.ERROR or row.probabilities is None:
            return float(predicted != outcome)
        labels = list(map(category_text, self.classes.get(row.role, ())))
        text = category_text(outcome)
        # A version doesn't know a class that only the other one has.
        share = row.probabilities[labels.index(text)] if text in labels else 0.0
        return -log(max(_MIN_PROBABILITY, share))


class Verdict(StrEnum):
    """The result of an A/B test so far."""

    OPEN = "open"
    CANARY = "canary"
    STABLE = "stable"


@dataclass
class ABTest:
    """One epoch of an A/B test. A corrected outcome replaces the earlier one."""

    route: Route
    strategy: RolloutStrategy
    criterion: ABCriterion
    since: float = 0.0
    arms: dict[Role, Arm] = field(default_factory=lambda: {Role.STABLE: Arm(), Role.CANARY: Arm()})
    verdict: Verdict = Verdict.OPEN
    is_settled: bool = False
    _losses: dict[str, float] = field(default_factory=dict)

    def add(self, rows: Sequence[Prediction]) -> Verdict:
        """Add outcomes in the order of their reports, and return the verdict.

        The verdict is checked after each outcome. Once decided, it doesn't change.
        """
        for row in rows:
            if row.outcome_at is not None:
                self.since = max(self.since, row.outcome_at - OVERLAP_S)
            loss = self.criterion.row_loss(row)
            if loss is None or row.role not in self.arms:
                continue
            arm, before = self.arms[row.role], self._losses.get(row.id)
            self._losses[row.id] = loss
            if before is None:
                arm.add(loss)
            elif before != loss:
                arm.replace(before, loss)
            else:
                continue
            if self.verdict is Verdict.OPEN:
                self.verdict = self._check()
        return self.verdict

    @property
    def bounds(self) -> tuple[float, float]:
        """The confidence interval of the canary's mean loss minus the stable version's."""
        stable, canary = self.arms[Role.STABLE], self.arms[Role.CANARY]
        around = _AROUND * self.strategy.min_outcomes
        return confidence_interval(stable, canary, self.strategy.alpha, around)

    def reason(self) -> str:
        """Return the result as a sentence."""
        stable, canary = self.arms[Role.STABLE], self.arms[Role.CANARY]
        low, high = self.bounds
        return (
            f"{self.criterion.loss.value} is {canary.mean:.4g} for version {self.route.canary} "
            f"({canary.n} outcomes) and {stable.mean:.4g} for version {self.route.stable} "
            f"({stable.n} outcomes). The difference is {low:.4g} to {high:.4g}, with anytime-valid "
            f"{100 * (1 - self.strategy.alpha):g}% confidence."
        )

    def to_json(self) -> dict[str, object]:
        """Return the state for `/metrics` as JSON-compatible types."""
        versions = {Role.STABLE: self.route.stable, Role.CANARY: self.route.canary}
        return {
            "deployment": self.route.deployment,
            "model": self.route.model,
            "metric": self.criterion.loss.value,
            "verdict": self.verdict.value,
            "arms": [
                {"role": role.value, "version": versions[role], "n": arm.n, "mean": arm.mean}
                for role, arm in self.arms.items()
            ],
        }

    def _check(self) -> Verdict:
        if min(arm.n for arm in self.arms.values()) < self.strategy.min_outcomes:
            return Verdict.OPEN
        low, high = self.bounds
        if high < 0:
            return Verdict.CANARY
        return Verdict.STABLE if low > 0 else Verdict.OPEN


def _number(value: object) -> float:
    assert isinstance(value, float)  # as the reader of numbers returns it
    return value
