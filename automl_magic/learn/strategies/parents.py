"""Which trial is varied next: the strong and the cheap more often, every family now and then.

A family (an estimator) has a share of the work in proportion to how near its best trial is to the
best of all; within a family, so has each candidate. Next is the one that would still be the
furthest below its share (fair queueing; Demers, Keshav and Shenker, 1989). Work is counted in
boosting rounds and not in seconds: the clock differs from run to run, and the same trials have to
lead to the same next one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from automl_magic.learn.candidate import BASELINE
from automl_magic.learn.strategies.spaces import is_number
from automl_magic.recipe import member
from automl_magic.records import Metric, Trial, TrialState

# In rounds of LightGBM, as `Member.work_of_a_round`.
WORK_WITHOUT_ROUNDS = 30.0
# What a trial costs that was given up, beside one that was not.
WORK_OF_A_PRUNED = 0.3
# A candidate with a weight below this is too far behind: its variations would be, too.
LEAST_WEIGHT = 0.05
# Losses closer than this share of what the best has gained over the baseline are alike.
ALIKE, STANDARD_ERRORS = 0.003, 3.92  # an interval of 95 % is 3.92 standard errors wide


@dataclass(frozen=True)
class Parent:
    """The best trial of a candidate: its weight, and the work of its variations.

    `work` is what the next variation will take, `spent` what those before it took.
    """

    trial: Trial
    weight: float
    work: float
    spent: float

    @property
    def turn(self) -> tuple[float, int]:
        """When it is next among the candidates of its family: the lowest first."""
        return (self.spent + self.work) / self.weight, self.trial.number


def in_turn(history: Sequence[Trial], metric: Metric) -> Iterator[Trial]:
    """Yield the best trial of each candidate that can be varied, the next one to vary first."""
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
    """Return the trials, one for each setting of a candidate.

    A trial that was frozen and went on is in the history twice: where it has a score, the later
    one says more.
    """
    found: dict[tuple[str, str], Trial] = {}
    for trial in history:
        setting = trial.candidate, json.dumps(trial.params, sort_keys=True)
        if setting not in found or trial.score is not None:
            found[setting] = trial
    return list(found.values())


def loss_of(trial: Trial, metric: Metric) -> float | None:
    """Return the loss of a complete trial; None for one that was pruned or failed."""
    if trial.state is not TrialState.COMPLETE or trial.score is None:
        return None
    return metric.loss(trial.score.score)


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
            _spent([made for made in history if made.candidate == name], trial),
        )
        for name, (_, trial) in best.items()
        if weights[name] >= LEAST_WEIGHT
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
    """Return by how much a loss has to be larger for its weight to be a third (1/e)."""
    scale, score = 1e-12, strongest.score
    if score is not None and score.low is not None and score.high is not None:
        scale = max(scale, (score.high - score.low) / STANDARD_ERRORS)
    for trial in history:
        loss = loss_of(trial, metric)
        if trial.estimator == BASELINE and loss is not None and math.isfinite(loss):
            scale = max(scale, ALIKE * (loss - lowest))
    return scale


def _spent(trials: Sequence[Trial], best: Trial) -> float:
    """Return the work of a candidate's trials but the first, which is the candidate itself."""
    return sum(
        _work(trial) if trial.state is TrialState.COMPLETE else WORK_OF_A_PRUNED * _work(best)
        for trial in trials[1:]
    )


def _work(trial: Trial) -> float:
    grown = trial.n_iterations or trial.params.get("n_estimators")
    if not is_number(grown):
        return WORK_WITHOUT_ROUNDS
    return member(trial.estimator).work_of_a_round * grown
