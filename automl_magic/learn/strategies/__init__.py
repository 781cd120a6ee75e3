"""strategies: propose the next trial. A strategy is a file with a class of the `SearchStrategy`
protocol.

    strategy.propose(history, usable_s) -> Proposal, or None if there is nothing more to try

`history` holds the trials so far in the order of starting, with the baseline first. `usable_s` is
the time in seconds that a trial can take now, so a strategy can skip slower ones. The same
arguments give the same proposal.

`variations` samples (`sampling`) from a space (`spaces`) around the next parent trial (`parents`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol

import numpy as np

from automl_magic.learn.candidate import CandidateSpec, Proposal
from automl_magic.learn.formatting import check_choice
from automl_magic.records import Metric, Trial
from automl_magic.records.plans.experiment import SAMPLERS

# Maximum number of trials by number of rows, interpolated on a log-log scale.
MAX_TRIALS = ((100, 4), (500, 8), (2_500, 15), (10_000, 40), (100_000, 100))


_CLASSES = {"portfolio": "PortfolioStrategy", "random": "RandomStrategy", "tpe": "TpeStrategy"}


class SearchStrategy(Protocol):
    """Proposes the trials of a search."""

    def __init__(
        self, candidates: Mapping[str, CandidateSpec], metric: Metric, seed: int
    ) -> None: ...

    def propose(self, history: Sequence[Trial], usable_s: float) -> Proposal | None: ...


def make_strategy(
    name: str, candidates: Mapping[str, CandidateSpec], metric: Metric, seed: int
) -> SearchStrategy:
    """Return the strategy with this name, or raise `PlanError` with the closest match."""
    module = import_module(
        f"automl_magic.learn.strategies.{check_choice(SAMPLERS, name, 'sampler')}"
    )
    strategy: SearchStrategy = getattr(module, _CLASSES[name])(candidates, metric, seed)
    return strategy


def max_trials_for(n_rows: int) -> int:
    """Return the maximum number of trials that out-of-fold scores on `n_rows` rows can rank.

    With more trials, the best one is more often just lucky, and so is an ensemble weighted on the
    same predictions. AutoGluon limits its models by rows for the same reason.
    """
    rows, trials = np.log(np.array(MAX_TRIALS, dtype=np.float64)).T
    return int(np.exp(np.interp(np.log(max(1, n_rows)), rows, trials)) + 1e-9)
