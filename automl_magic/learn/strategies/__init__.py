"""strategies: what to try next. A strategy is a file with a class `Strategy`.

    Strategy(candidates, metric, seed).propose(history, usable_s) -> Proposal, or None at its end

`history` holds the trials so far, in order; the baseline is the first. `usable_s` is the time that
a trial may take now: a strategy need not propose what cannot finish. The same arguments give the
same proposal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol

from automl_magic.learn.candidate import Candidate, Proposal
from automl_magic.learn.words import one_of
from automl_magic.records import Metric, Trial

STRATEGIES = ("portfolio", "random")


class Strategy(Protocol):
    """What a search asks for its next trial."""

    def __init__(self, candidates: Mapping[str, Candidate], metric: Metric, seed: int) -> None: ...

    def propose(self, history: Sequence[Trial], usable_s: float) -> Proposal | None: ...


def strategy(name: str, candidates: Mapping[str, Candidate], metric: Metric, seed: int) -> Strategy:
    """Return the strategy of a name, or raise `PlanError` with the near miss."""
    module = import_module(f"automl_magic.learn.strategies.{one_of(STRATEGIES, name, 'sampler')}")
    found: Strategy = module.Strategy(candidates, metric, seed)
    return found
