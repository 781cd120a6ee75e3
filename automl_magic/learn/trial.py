"""One trial: what a proposal predicted on the folds, and the record of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.candidate import Proposal
from automl_magic.learn.threshold import best_threshold
from automl_magic.records import Score, Trial, TrialState
from automl_magic.tasks.tabular import metrics

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows


@dataclass(frozen=True)
class Scored:
    """A trial with what the record does not hold.

    `oof` are the out-of-fold predictions of the development rows, (n,) values or (n, k)
    probabilities, NaN for rows that no fold validates; None for a trial without a score.
    `refit_s` is what fitting it on all development rows should take, without its view, in the
    `threads` that each of its fits had.
    """

    trial: Trial
    oof: Any = None
    threshold: float | None = None
    refit_s: float = 0.0
    threads: int = 1


@dataclass
class FoldResults:
    """What the folds of one trial have given so far. `y` is the target of development rows."""

    proposal: Proposal
    number: int
    metric: str
    rows: SplitRows
    y: Any
    started: float = field(default_factory=time.monotonic)
    oof: Any = None
    rounds: list[int | None] = field(default_factory=list)
    fit_s: list[float] = field(default_factory=list)
    threads: int = 1

    @property
    def done(self) -> int:
        return len(self.fit_s)

    @property
    def mean_s(self) -> float:
        return sum(self.fit_s) / max(1, self.done)

    def add(self, predicted: Any, rows: Any, rounds: int | None, fit_s: float) -> None:
        """Keep what one fold predicted for its validation rows."""
        if self.oof is None:
            self.oof = np.full((len(self.y), *predicted.shape[1:]), np.nan)
        self.oof[rows] = predicted
        self.rounds.append(rounds)
        self.fit_s.append(fit_s)

    def scores(self, threshold: float | None) -> tuple[float, ...]:
        """Return the score of each fold so far; a fold on which there is none is left out."""
        found = (
            metrics.score(self.metric, self.y[rows], self.oof[rows], threshold=_or_half(threshold))
            for _, rows in self.rows.pairs[: self.done]
        )
        return tuple(score for score in found if np.isfinite(score))

    def scored(self) -> Scored:
        """Return the complete trial: one score on all validated rows together.

        Raises
        ------
        ValueError
            If a prediction or the score is no finite number.
        """
        validated = self.rows.validated
        y, oof = self.y[validated], self.oof[validated]
        if not np.isfinite(oof).all():
            raise ValueError("Some of its predictions are no finite numbers.")
        threshold = best_threshold(self.metric, y, oof)
        pooled = metrics.score(self.metric, y, oof, threshold=_or_half(threshold))
        if not np.isfinite(pooled):
            raise ValueError(f"Its {self.metric} is {pooled}.")
        by_fold = self.scores(threshold)
        rounds = self._iterations(self.proposal.params)
        trial = self._trial(
            TrialState.COMPLETE,
            self.proposal.reason,
            n_iterations=final_iterations(rounds) if rounds else None,
            fold_iterations=rounds,
            score=_with_spread(self.metric, pooled, len(y), by_fold),
            fold_scores=by_fold,
        )
        # The final fit has k/(k-1) of a fold's rows.
        refit_s = self.mean_s * self.done / (self.done - 1)
        return Scored(trial, self.oof, threshold, refit_s, self.threads)

    def ended(self, state: TrialState, reason: str) -> Scored:
        """Return the trial without a score."""
        return Scored(self._trial(state, reason))

    def _trial(self, state: TrialState, reason: str, **measured: Any) -> Trial:
        return Trial(
            number=self.number,
            candidate=self.proposal.candidate,
            estimator=self.proposal.estimator,
            view=self.proposal.view,
            params=dict(self.proposal.params),
            state=state,
            reason=reason,
            fit_s=round(time.monotonic() - self.started, 4),
            cell_id=self.proposal.cell_id,
            **measured,
        )

    def _iterations(self, params: Mapping[str, Any]) -> tuple[int, ...]:
        """Return the rounds of each fold; empty for an estimator without them."""
        known = [rounds for rounds in self.rounds if rounds is not None]
        if not known:
            return ()
        # A forest says its number of trees only where it was cut short.
        whole = int(params.get("n_estimators", max(known)))
        return tuple(whole if rounds is None else rounds for rounds in self.rounds)


def final_iterations(fold_iterations: Sequence[int]) -> int:
    """Return the boosting rounds for a fit on all rows.

    The mean of the folds, and more because the rows are more: by a quarter of the share by which
    they grow, 1/(k-1). That is 6 % for 5 folds, near the 5 % that published portfolios use.
    """
    k = len(fold_iterations)
    mean = sum(fold_iterations) / k
    return max(1, round(mean * (1 + 0.25 / (k - 1))))


def _with_spread(metric: str, score: float, rows: int, by_fold: Sequence[float]) -> Score:
    """Return the pooled score, ± 1.96 standard errors of the folds' mean.

    Cheap, and rough: folds share training rows. The ensemble and the holdout have a bootstrap.
    """
    if len(by_fold) < 2:
        return Score(metric=metric, score=score, rows=rows)
    half = 1.96 * float(np.std(by_fold, ddof=1)) / len(by_fold) ** 0.5
    within = metrics.METRICS[metric].within
    low, high = within(score - half), within(score + half)
    return Score(metric=metric, score=score, rows=rows, low=low, high=high)


def _or_half(threshold: float | None) -> float:
    return 0.5 if threshold is None else threshold
