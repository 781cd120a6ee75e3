"""ensemble: the blend of trials that scores best out of fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.blending import Losses, select
from automl_magic.learn.candidate import BASELINE
from automl_magic.learn.leaderboard import number
from automl_magic.learn.show import Table
from automl_magic.learn.threshold import best_threshold
from automl_magic.learn.words import seconds
from automl_magic.records import Score
from automl_magic.tasks.tabular import metrics

if TYPE_CHECKING:
    from automl_magic.learn.search import Search
    from automl_magic.learn.trial import Scored


@dataclass(frozen=True)
class EnsembleMember:
    """A trial with its share in the blend, and why it is there."""

    scored: Scored
    weight: float
    reason: str


@dataclass(frozen=True, repr=False)
class Ensemble:
    """A blend of trials: the weighted sum of their predictions.

    `oof` are its out-of-fold predictions, NaN for rows that no fold validates. `score` is measured
    on the rows on which the weights were chosen, and a little too good for that; the holdout is
    not. `left_out` says why a trial that was chosen is not a member.
    """

    members: tuple[EnsembleMember, ...]
    oof: Any
    score: Score
    threshold: float | None
    left_out: tuple[str, ...] = ()

    @property
    def weights(self) -> dict[int, float]:
        """The share of each member, by the number of its trial."""
        return {member.scored.trial.number: member.weight for member in self.members}

    @property
    def name(self) -> str:
        """The candidate, if there is but one; else `ensemble`."""
        return self.members[0].scored.trial.candidate if len(self.members) == 1 else "ensemble"

    def _table(self) -> Table:
        low, high = self.score.low, self.score.high
        interval = f" (95 %: {number(low)} to {number(high)})" if low and high else ""
        notes = list(self.left_out)
        if self.threshold is not None:
            notes.append(f"Label: the second class from a probability of {self.threshold:.3f} on.")
        return Table(
            caption=f"{self.score.metric} {number(self.score.score)}{interval}, out of fold on "
            f"{self.score.rows:,} rows",
            headings=("Trial", "Candidate", "Weight", self.score.metric, "Why"),
            rows=[
                (
                    str(member.scored.trial.number),
                    member.scored.trial.candidate,
                    f"{member.weight:.3f}",
                    number(member.scored.trial.score.score) if member.scored.trial.score else "",
                    member.reason,
                )
                for member in self.members
            ],
            right=frozenset({0, 2, 3}),
            notes=notes,
        )

    def __repr__(self) -> str:
        return repr(self._table())

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()


def ensemble(search: Search, *, max_members: int = 8) -> Ensemble:
    """Blend the trials of a search: greedy selection with replacement on out-of-fold predictions.

    Only as many members stay as can be fitted in the time that is left. A replayed search keeps
    the members, weights and threshold of its recipe.

    Notes
    -----
    Caruana et al., "Ensemble Selection from Libraries of Models" (ICML 2004).
    """
    if search.recorded is not None:
        weights = [member.weight for member in search.recorded.members]
        members = tuple(
            EnsembleMember(scored, weight, "A member of the recipe that is replayed.")
            for scored, weight in zip(search.scored, weights, strict=True)
        )
        return _blend(search, members, search.recorded.threshold)
    trials = [scored for scored in search.scored if scored.trial.estimator != BASELINE]
    if not trials:
        only = EnsembleMember(search.scored[0], 1.0, "No candidate has a score: the baseline.")
        return _blend(search, (only,), search.scored[0].threshold)
    chosen, left_out = _affordable(search, _chosen(search, trials, max_members))
    return _blend(search, chosen, None, left_out)


def _chosen(search: Search, trials: Sequence[Scored], max_members: int) -> list[EnsembleMember]:
    validated = search.rows.validated
    y = search.task.y[search.rows.development][validated]
    losses = Losses(search.task.metric, y, [scored.oof[validated] for scored in trials])
    weights, gains = select(losses, max(1, max_members), search.task.seed)
    members = [
        EnsembleMember(trials[place], float(weight), gains[place])
        for place, weight in enumerate(weights)
        if weight > 0
    ]
    # The strongest first; of equal shares, the earlier trial.
    return sorted(members, key=lambda member: (-member.weight, member.scored.trial.number))


def _affordable(
    search: Search, members: Sequence[EnsembleMember]
) -> tuple[tuple[EnsembleMember, ...], tuple[str, ...]]:
    """Leave out the smallest shares until the final fits take no more than is left."""
    kept, left_out = list(members), []
    available = search.budget.left_s - search.budget.reserved_s / 2
    while len(kept) > 1 and search.final_fits_s([m.scored for m in kept]) > available:
        dropped = kept.pop()
        left_out.append(
            f"Trial {dropped.scored.trial.number} ({dropped.scored.trial.candidate}) was left out: "
            f"fitting all members takes more than the {seconds(max(0.0, available))} left."
        )
    total = sum(member.weight for member in kept)
    return (
        tuple(EnsembleMember(m.scored, m.weight / total, m.reason) for m in kept),
        tuple(left_out),
    )


def _blend(
    search: Search,
    members: tuple[EnsembleMember, ...],
    threshold: float | None,
    left_out: tuple[str, ...] = (),
) -> Ensemble:
    oof = sum(member.weight * member.scored.oof for member in members)
    validated = search.rows.validated
    y, blended = search.task.y[search.rows.development][validated], np.asarray(oof)[validated]
    name = search.task.metric.name
    if threshold is None:
        threshold = best_threshold(name, y, blended)
    at = 0.5 if threshold is None else threshold
    low, high = metrics.interval(name, y, blended, threshold=at, seed=search.task.seed)
    measured = metrics.score(name, y, blended, threshold=at)
    score = Score(metric=name, score=measured, rows=len(y), low=low, high=high)
    return Ensemble(members, np.asarray(oof), score, threshold, left_out)
