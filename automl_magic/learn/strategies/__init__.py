"""strategies: what to try next. A strategy is a file with a class `Strategy`.

    Strategy(candidates, metric, seed).propose(history, usable_s) -> Proposal, or None at its end

`history` holds the trials so far, in the order of their starting; the baseline is the first.
`usable_s` is the time that a trial may take now: a strategy need not propose what cannot finish.
The same arguments give the same proposal.

`variations` draws (`sampling`) from a space (`spaces`) about a trial whose turn it is (`parents`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol

import numpy as np

from automl_magic.learn.candidate import Candidate, Proposal
from automl_magic.learn.words import one_of
from automl_magic.records import Metric, Trial
from automl_magic.records.plans.experiment import SAMPLERS

# How many trials there may be by the number of rows: between these, on a line in logarithms.
MOST_TRIALS = ((100, 4), (500, 8), (2_500, 15), (10_000, 40), (100_000, 100))


class Strategy(Protocol):
    """What a search asks for its next trial."""

    def __init__(self, candidates: Mapping[str, Candidate], metric: Metric, seed: int) -> None: ...

    def propose(self, history: Sequence[Trial], usable_s: float) -> Proposal | None: ...


def strategy(name: str, candidates: Mapping[str, Candidate], metric: Metric, seed: int) -> Strategy:
    """Return the strategy of a name, or raise `PlanError` with the near miss."""
    module = import_module(f"automl_magic.learn.strategies.{one_of(SAMPLERS, name, 'sampler')}")
    found: Strategy = module.Strategy(candidates, metric, seed)
    return found


def most_trials(n_rows: int) -> int:
    """Return how many trials the out-of-fold scores of so many rows can tell apart.

    The more trials, the more the best of them is only the luckiest, and so is an ensemble that is
    weighed on the same predictions. AutoGluon caps its models by rows for this reason.
    """
    rows, trials = np.log(np.array(MOST_TRIALS, dtype=np.float64)).T
    return int(np.exp(np.interp(np.log(max(1, n_rows)), rows, trials)) + 1e-9)
