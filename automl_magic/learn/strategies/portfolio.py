"""portfolio: try each candidate of the notebook once, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic.learn.candidate import CandidateSpec, Proposal
from automl_magic.records import Metric, Trial


class PortfolioStrategy:
    """Proposes each candidate once."""

    def __init__(self, candidates: Mapping[str, CandidateSpec], metric: Metric, seed: int) -> None:  # noqa: ARG002
        self._candidates = candidates

    def propose(self, history: Sequence[Trial], usable_s: float) -> Proposal | None:
        del usable_s  # a candidate that is too slow is recorded as pruned
        tried_names = {trial.candidate for trial in history}
        for name, candidate in self._candidates.items():
            if name not in tried_names:
                return Proposal(
                    name,
                    candidate.estimator,
                    candidate.view,
                    candidate.params,
                    "A candidate of the plan.",
                )
        return None
