"""Choose which trial to vary next: good and cheap ones more often, but every family sometimes.

A family (an estimator) gets a share of the work that depends on how close its best trial is to the
best of all. The same holds for each candidate within a family. Next comes the one that is furthest
below its share (fair queueing; Demers, Keshav and Shenker, 1989). Work is counted in boosting
rounds, not in seconds, so that the same trials always lead to the same next one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from automl_magic.learn.candidate import BASELINE
from automl_magic.learn.strategies.spaces import is_number
from automl_magic.recipe import member
from automl_magic.records import Metric, Trial, TrialState
from automl_magic.records.codec import json_text

# In LightGBM rounds, as `Member.round_cost`.
WORK_WITHOUT_ROUNDS = 30.0
# The work of a pruned trial, relative to one that wasn't pruned.
PRUNED_WORK_SHARE = 0.3
# A candidate with a weight below this is too far behind to be worth varying.
MIN_WEIGHT = 0.05
# Losses that differ by less than this share of the best gain over the baseline count as equal.
SIMILAR_SHARE, STANDARD_ERRORS = 0.003, 3.92  # a 95% interval is 3.92 standard errors wide


@dataclass(frozen=True)
class Parent:
    """The best trial of a candidate, with its weight and the work of its variations.

    `work` is the expected work of the next variation, `spent` that of all earlier ones.
    """

    trial: Trial
    weight: float
    work: float
    spent: float

    @property
    def turn(self) -> tuple[float, int]:
        """Sort key among the candidates of its family: the lowest comes next."""
        return (self.spent + self.work) / self.weight, self.trial.number


def next_parents(history: Sequence[Trial], metric: Metric) -> Iterator[Trial]:
    """Yield the best trial of each candidate that can be varied, in the order to vary them."""
    families: dict[str, list[Parent]] = {}
    for parent in _parents(distinct(history), metric):
        families.setdefault(parent.trial.estimator, []).append(parent)

    def turn(family: Sequence[Parent]) -> tuple[float, int]:
        following = min(family, key=lambda parent: parent.turn)
        spent = sum(parent.spent for parent in family)
        strongest = max(parent.weight for parent in family)
        return (spent + following.work) / strongest, following.trial.number

    for family in sorted(families.values(), key=turn):
        for parent in sorted(family, key=lambda parent: parent.turn):
            yield parent.trial


def distinct(history: Sequence[Trial]) -> list[Trial]:
    """Return one trial for each parameter setting of a candidate.

    A trial that was paused and resumed is in the history twice. The later one is used if it has a
    score.
    """
    by_setting: dict[tuple[str, str], Trial] = {}
    for trial in history:
        setting = trial.candidate, json_text(trial.params, sort_keys=True)
        if setting not in by_setting or trial.score is not None:
            by_setting[setting] = trial
    return list(by_setting.values())


def loss_of(trial: Trial, metric: Metric) -> float | None:
    """Return the loss of a complete trial, or None for a pruned or failed one."""
    if trial.state is not TrialState.COMPLETE or trial.score is None:
        return None
    return metric.loss(trial.score.value)


def _parents(history: Sequence[Trial], metric: Metric) -> list[Parent]:
    best = _best_of_each(history, metric)
    if not best:
        return []
    lowest, strongest = min(best.values(), key=lambda entry: (entry[0], entry[1].number))
    scale = _scale(lowest, strongest, history, metric)
    weights = {name: math.exp((lowest - loss) / scale) for name, (loss, _) in best.items()}
    return [
        Parent(
            trial,
            weights[name],
            _work(trial),
            _spent([other for other in history if other.candidate == name], trial),
        )
        for name, (_, trial) in best.items()
        if weights[name] >= MIN_WEIGHT
    ]


def _best_of_each(history: Sequence[Trial], metric: Metric) -> dict[str, tuple[float, Trial]]:
    """Return the best complete trial of each candidate that can be varied, and its loss."""
    best: dict[str, tuple[float, Trial]] = {}
    for trial in history:
        loss = loss_of(trial, metric)
        if loss is None or not member(trial.estimator).space:
            continue
        if trial.candidate not in best or loss < best[trial.candidate][0]:
            best[trial.candidate] = (loss, trial)
    return best


def _scale(lowest: float, strongest: Trial, history: Sequence[Trial], metric: Metric) -> float:
    """Return the increase in loss that reduces the weight to 1/e."""
    scale, score = 1e-12, strongest.score
    if score is not None and score.low is not None and score.high is not None:
        scale = max(scale, (score.high - score.low) / STANDARD_ERRORS)
    for trial in history:
        loss = loss_of(trial, metric)
        if trial.estimator == BASELINE and loss is not None and math.isfinite(loss):
            scale = max(scale, SIMILAR_SHARE * (loss - lowest))
    return scale


def _spent(trials: Sequence[Trial], best: Trial) -> float:
    """Return the work of a candidate's variations: all its trials but the first."""
    return sum(
        _work(trial) if trial.state is TrialState.COMPLETE else PRUNED_WORK_SHARE * _work(best)
        for trial in trials[1:]
    )


def _work(trial: Trial) -> float:
    n_rounds = trial.n_iterations or trial.params.get("n_estimators")
    if not is_number(n_rounds):
        return WORK_WITHOUT_ROUNDS
    return member(trial.estimator).round_cost * n_rounds
