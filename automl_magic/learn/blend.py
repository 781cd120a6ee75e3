"""Ensemble: a blend of trials, and how a notebook displays it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl_magic.display.numbers import format_score
from automl_magic.display.text_table import TextTable
from automl_magic.learn.pareto_table import front_table
from automl_magic.recipe.combine import Blend, Calibrator
from automl_magic.recipe.values import Floats
from automl_magic.records import Metric, Score

if TYPE_CHECKING:
    from automl_magic.learn.alternatives import LatencyChoice
    from automl_magic.learn.trial import TrialResult


@dataclass(frozen=True)
class EnsembleMember:
    """A trial with its weight in the blend, and why it was selected."""

    result: TrialResult
    weight: float
    reason: str


@dataclass(frozen=True, repr=False)
class Ensemble:
    """A blend of trials with its calibration and its threshold.

    `oof` are its out-of-fold predictions, NaN for rows that no fold validates. `score` is slightly
    optimistic, because the search used the same rows to choose. The holdout score isn't. `notes`
    list other decisions, and `advice` recommends a simpler model. `latency_choice` holds the
    options within the latency limit, if there is one.
    """

    metric: Metric
    members: tuple[EnsembleMember, ...]
    oof: Floats
    score: Score
    threshold: float | None
    blend: Blend = Blend.MEAN
    calibration: Calibrator | None = None
    n_seeds: int = 1
    notes: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    latency_choice: LatencyChoice | None = None

    @property
    def weights(self) -> dict[int, float]:
        """The weight of each member, by trial number."""
        return {member.result.trial.number: member.weight for member in self.members}

    @property
    def name(self) -> str:
        """The candidate if there is only one member, otherwise `ensemble`."""
        return self.members[0].result.trial.candidate if len(self.members) == 1 else "ensemble"

    def _tables(self) -> list[TextTable]:
        low, high = self.score.low, self.score.high
        interval = ""
        if low is not None and high is not None:
            interval = f" (95%: {format_score(low)} to {format_score(high)})"
        members = TextTable(
            caption=f"{self.score.metric} {format_score(self.score.value)}{interval}, "
            f"out of fold on {self.score.rows:,} rows",
            headings=("Trial", "Candidate", "Weight", self.score.metric, "Why"),
            rows=[
                (
                    str(member.result.trial.number),
                    member.result.trial.candidate,
                    f"{member.weight:.3f}",
                    format_score(member.result.trial.score.value)
                    if member.result.trial.score
                    else "",
                    member.reason,
                )
                for member in self.members
            ],
            right=frozenset({0, 2, 3}),
            notes=[*self.notes, *self.advice],
        )
        if self.latency_choice is None:
            return [members]
        return [
            members,
            front_table(self.metric, self.latency_choice.options, self.latency_choice.chosen),
        ]

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self._tables()))

    def _repr_html_(self) -> str:
        return "\n".join(table._repr_html_() for table in self._tables())
