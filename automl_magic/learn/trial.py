"""One trial: what a proposal predicted on the folds, and the record of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.also import also_measured
from automl_magic.learn.candidate import Proposal
from automl_magic.learn.growing import Growing
from automl_magic.learn.threshold import best_threshold
from automl_magic.recipe import member
from automl_magic.records import Score, Trial, TrialState
from automl_magic.tasks import metrics

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task

# A fit on all rows has 1 / (folds - 1) more rows than one on a fold, and its rounds grow by this
# part of it: 6 % for 5 folds, near the 5 % that published portfolios use.
ROUNDS_PER_ROW = 0.25
FEWEST_FOLDS_FOR_SPREAD = 3


@dataclass(frozen=True)
class Scored:
    """A trial with what the record does not hold.

    `oof` are the out-of-fold predictions of the development rows, (n,) values or (n, k)
    probabilities, NaN for rows that no fold validates; None for a trial without a score.
    `refit_s` is what fitting it once on all development rows should take in one thread, without
    its view. `growing` is what can go on, if the clock has stopped it.
    """

    trial: Trial
    oof: Any = None
    threshold: float | None = None
    refit_s: float = 0.0
    growing: Growing | None = None


def ended(proposal: Proposal, number: int, state: TrialState, reason: str, fit_s: float) -> Scored:
    """Return a trial without a score."""
    return Scored(_trial(proposal, number, state, reason, fit_s))


def scored(
    growing: Growing,
    number: int,
    task: Task,
    rows: SplitRows,
    *,
    reason: str,
    fit_s: float,
    keep: bool = False,
) -> Scored:
    """Return the complete trial: one score on all validated rows together.

    Parameters
    ----------
    keep : bool
        Whether it stays alive, if it can go on later.

    Raises
    ------
    ValueError
        If a prediction or the score is no finite number.
    """
    y = task.y[rows.development]
    oof = growing.oof(len(y))
    validated = rows.validated
    if not np.isfinite(oof[validated]).all():
        raise ValueError("Some of its predictions are no finite numbers.")
    name = task.metric.name
    threshold = best_threshold(name, y[validated], oof[validated])
    at = 0.5 if threshold is None else threshold
    pooled = metrics.score(name, y[validated], oof[validated], threshold=at)
    if not np.isfinite(pooled):
        raise ValueError(f"Its {name} is {pooled}.")
    by_fold = [
        metrics.score(name, y[validation], oof[validation], threshold=at)
        for _, validation in growing.pairs
    ]
    by_fold = [score for score in by_fold if np.isfinite(score)]
    proposal, folds = growing.proposal, rows.split.folds
    n_rounds = growing.rounds
    has_rounds = member(proposal.estimator).has_iterations or n_rounds > 1
    grown = 1 + 1 / (folds - 1)
    score = _with_spread(name, pooled, by_fold, y=y[validated], oof=oof[validated], threshold=at)
    trial = _trial(
        proposal,
        number,
        TrialState.COMPLETE,
        reason,
        fit_s,
        n_iterations=_final_rounds(proposal, n_rounds, folds) if has_rounds else None,
        fold_iterations=(n_rounds,) * len(growing.pairs) if has_rounds else (),
        score=score,
        fold_scores=tuple(by_fold),
        also=also_measured(task, y[validated], oof[validated], at),
    )
    once = growing.spent_s / len(growing.pairs)
    share = n_rounds / max(1, growing.n_rounds)
    can_go_on = keep and growing.is_resumable  # to have predicted may have ended it
    return Scored(trial, oof, threshold, once * share * grown, growing if can_go_on else None)


def _final_rounds(proposal: Proposal, rounds: int, folds: int) -> int:
    """Return the rounds for a fit on all rows: more rows bear more rounds.

    The trees of a forest stay as many as they are, and an epoch is longer there already.
    """
    kind = member(proposal.estimator)
    if kind.counts_epochs or not kind.has_iterations:
        return rounds
    return max(1, round(rounds * (1 + ROUNDS_PER_ROW / (folds - 1))))


def _trial(
    proposal: Proposal,
    number: int,
    state: TrialState,
    reason: str,
    fit_s: float,
    **measured: Any,
) -> Trial:
    params: Mapping[str, Any] = dict(proposal.params)
    return Trial(
        number=number,
        candidate=proposal.candidate,
        estimator=proposal.estimator,
        view=proposal.view,
        params=params,
        state=state,
        reason=reason,
        fit_s=round(fit_s, 4),
        cell_id=proposal.cell_id,
        **measured,
    )


def _with_spread(
    metric: str, score: float, by_fold: list[float], *, y: Any, oof: Any, threshold: float
) -> Score:
    """Return the pooled score, with an interval.

    From three folds on it is ± 1.96 standard errors of the folds' mean: cheap, and rough, because
    folds share training rows. With fewer it is a bootstrap, as for the ensemble and the holdout.
    """
    low: float | None
    high: float | None
    if len(by_fold) >= FEWEST_FOLDS_FOR_SPREAD:
        half = 1.96 * float(np.std(by_fold, ddof=1)) / math.sqrt(len(by_fold))
        within = metrics.METRICS[metric].within
        low, high = within(score - half), within(score + half)
    else:
        low, high = metrics.interval(metric, y, oof, threshold=threshold, repeats=50)
    return Score(metric=metric, score=score, rows=len(y), low=low, high=high)
