"""random: try the portfolio, then random variations of its best trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic.learn.candidate import CandidateSpec, Proposal
from automl_magic.learn.strategies import portfolio
from automl_magic.learn.strategies.variations import Variations
from automl_magic.records import Metric, Trial


class RandomStrategy:
    """Proposes each candidate once, then the best ones with some parameters sampled at random."""

    def __init__(self, candidates: Mapping[str, CandidateSpec], metric: Metric, seed: int) -> None:
        self._portfolio = portfolio.PortfolioStrategy(candidates, metric, seed)
        self._variations = Variations(candidates, metric, seed, learns=False)

    def propose(self, history: Sequence[Trial], usable_s: float) -> Proposal | None:
        planned = self._portfolio.propose(history, usable_s)
        return planned or self._variations.propose(history, usable_s)
