"""random: the portfolio, then variations of its best trials for as long as there is time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from automl_magic.learn.candidate import BASELINE, Candidate, Proposal
from automl_magic.learn.strategies import portfolio
from automl_magic.learn.strategies.spaces import LEARNING_RATE_FACTOR, NEVER_ADDED, SPACES
from automl_magic.records import Metric, Trial, TrialState

CHANGE_SHARE, ADD_SHARE, REACH = 0.5, 0.15, 0.2
# The best trial is the parent of this share of the variations, the next of this share of the rest.
BEST_SHARE = 0.4
ATTEMPTS = 20
# Variations of a trial far behind win nothing, and few parameters have few places to be.
MOST_PARENTS, TRIALS_PER_PARAMETER = 4, 4


class Strategy:
    """Proposes each candidate once, then the best ones with some parameters changed."""

    def __init__(self, candidates: Mapping[str, Candidate], metric: Metric, seed: int) -> None:
        self._portfolio = portfolio.Strategy(candidates, metric, seed)
        self._metric, self._seed = metric, seed

    def propose(self, history: Sequence[Trial], usable_s: float) -> Proposal | None:
        listed = self._portfolio.propose(history, usable_s)
        return listed or self._variation(history, usable_s)

    def _variation(self, history: Sequence[Trial], usable_s: float) -> Proposal | None:
        best = self._parents(history)[:MOST_PARENTS]
        parents = [
            parent
            for parent in best
            if parent.fit_s <= usable_s and not _is_explored(parent, history)
        ]
        if not parents:
            return None
        tried = {_key(trial.estimator, trial.view, trial.params) for trial in history}
        random = np.random.default_rng([self._seed, len(history)])
        for _ in range(ATTEMPTS):
            rank = min(int(random.geometric(BEST_SHARE)) - 1, len(parents) - 1)
            parent = parents[rank]
            params = _vary(parent.estimator, parent.params, random)
            if _key(parent.estimator, parent.view, params) not in tried:
                return Proposal(
                    parent.candidate,
                    parent.estimator,
                    parent.view,
                    params,
                    f"Varied from trial {parent.number}: {_changes(parent.params, params)}.",
                    parent.number,
                )
        return None

    def _parents(self, history: Sequence[Trial]) -> list[Trial]:
        """Return the best trial of each candidate, best first."""
        scored = [
            (self._metric.loss(trial.score.score), trial.number, trial)
            for trial in history
            if trial.state is TrialState.COMPLETE and trial.score and trial.estimator != BASELINE
        ]
        best: dict[str, Trial] = {}
        for _, _, trial in sorted(scored, key=lambda entry: entry[:2]):
            best.setdefault(trial.candidate, trial)
        return list(best.values())


def _vary(estimator: str, params: Mapping[str, Any], random: np.random.Generator) -> dict[str, Any]:
    varied = dict(params)
    for name, values in SPACES.get(estimator, {}).items():
        value, draw = params.get(name), random.uniform()
        if isinstance(value, int | float) and not isinstance(value, bool):
            if draw < CHANGE_SHARE:
                varied[name] = values.near(value, REACH, random)
        elif draw < (0 if name in NEVER_ADDED else ADD_SHARE):
            varied[name] = values.anywhere(random)
    rate = params.get("learning_rate")
    if isinstance(rate, float) and random.uniform() < CHANGE_SHARE:
        factor = LEARNING_RATE_FACTOR ** random.uniform(-1, 1)
        varied["learning_rate"] = float(f"{rate * factor:.3g}")
    return varied


def _is_explored(parent: Trial, history: Sequence[Trial]) -> bool:
    """Say whether a candidate has been varied as often as its parameters are worth."""
    space = SPACES.get(parent.estimator, {})
    n_parameters = sum(name in parent.params or name not in NEVER_ADDED for name in space)
    n_tried = sum(trial.candidate == parent.candidate for trial in history)
    return n_tried > TRIALS_PER_PARAMETER * n_parameters


def _key(estimator: str, view: str, params: Mapping[str, Any]) -> str:
    return json.dumps([estimator, view, params], sort_keys=True)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    changed = [
        f"{name} {before[name]} → {value}" if name in before else f"{name} = {value}"
        for name, value in after.items()
        if before.get(name) != value
    ]
    return ", ".join(changed)
