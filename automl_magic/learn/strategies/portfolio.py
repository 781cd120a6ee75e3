"""portfolio: the candidates of the notebook, each once, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic.learn.candidate import Candidate, Proposal
from automl_magic.records import Metric, Trial


class Strategy:
    """Proposes each candidate once."""

    def __init__(self, candidates: Mapping[str, Candidate], metric: Metric, seed: int) -> None:  # noqa: ARG002
        self._candidates = candidates

    def propose(self, history: Sequence[Trial], usable_s: float) -> Proposal | None:
        del usable_s  # what does not fit is pruned, and the leaderboard says so
        tried = {trial.candidate for trial in history}
        for name, offered in self._candidates.items():
            if name not in tried:
                return Proposal(
                    name,
                    offered.estimator,
                    offered.view,
                    offered.params,
                    "A candidate of the plan.",
                )
        return None
