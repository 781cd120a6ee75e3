"""The result of one trial: its predictions on the folds, and its record."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.candidate import Proposal
from automl_magic.learn.extra_metrics import score_extra_metrics
from automl_magic.learn.threshold import best_threshold
from automl_magic.learn.trial_fit import TrialFit
from automl_magic.recipe import member
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Score, Trial, TrialState
from automl_magic.tasks import metrics

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task

# A fit on all rows has 1 / (folds - 1) more rows than a fold, and gets this share of it in more
# rounds: 6% for 5 folds, close to the 5% of published portfolios.
ROUNDS_PER_ROW = 0.25
MIN_FOLDS_FOR_SPREAD = 3


@dataclass(frozen=True)
class TrialResult:
    """A trial with its predictions and its fit, which the record doesn't hold.

    `oof` are the out-of-fold predictions of the development rows: values of shape (n,) or
    probabilities of shape (n, k), NaN for rows that no fold validates. None if there is no score.
    `refit_s` is the expected time in seconds to fit it once on all development rows in one thread,
    without its view. `trial_fit` is the fit to resume, if the clock stopped it.
    """

    trial: Trial
    oof: Floats | None = None
    threshold: float | None = None
    refit_s: float = 0.0
    fit: TrialFit | None = None

    @property
    def scored_oof(self) -> Floats:
        """The out-of-fold predictions of a trial that has a score."""
        assert self.oof is not None
        return self.oof


def unscored_result(
    proposal: Proposal,
    number: int,
    state: TrialState,
    reason: str,
    fit_s: float,
    *,
    started: bool = True,
) -> TrialResult:
    """Return a trial without a score."""
    return TrialResult(_trial(proposal, number, state, reason, fit_s, started=started))


def score_trial(
    fit: TrialFit,
    number: int,
    task: Task,
    rows: SplitRows,
    *,
    reason: str,
    fit_s: float,
    keep: bool = False,
    continues: int | None = None,
) -> TrialResult:
    """Score a fit on all validated rows together.

    Parameters
    ----------
    keep : bool
        Whether to keep the fit if it can resume later.
    continues : int, optional
        The number of the paused trial that this one continues.

    Raises
    ------
    ValueError
        If a prediction or the score isn't finite.
    """
    y = task.y[rows.development]
    oof = fit.oof(len(y))
    validated = rows.validated_mask
    if not np.isfinite(oof[validated]).all():
        raise ValueError("Some of its predictions aren't finite.")
    name = task.metric.name
    threshold = best_threshold(name, y[validated], oof[validated])
    cut = 0.5 if threshold is None else threshold
    pooled = metrics.score(name, y[validated], oof[validated], threshold=cut)
    if not np.isfinite(pooled):
        why = metrics.undefined_reason(name, y[validated], oof[validated])
        raise ValueError(f"Its {name} is undefined, because {why or 'it is too large'}.")
    by_fold = [
        metrics.score(name, y[validation], oof[validation], threshold=cut)
        for _, validation in fit.pairs
    ]
    by_fold = [score for score in by_fold if np.isfinite(score)]
    proposal, folds = fit.proposal, rows.split.folds
    n_rounds = fit.best_n_rounds
    has_rounds = member(proposal.estimator).has_iterations or n_rounds > 1
    row_ratio = 1 + 1 / (folds - 1)
    score = _with_spread(name, pooled, by_fold, y=y[validated], oof=oof[validated], threshold=cut)
    trial = _trial(
        proposal,
        number,
        TrialState.COMPLETE,
        reason,
        fit_s,
        n_iterations=_final_rounds(proposal, n_rounds, folds) if has_rounds else None,
        fold_iterations=(n_rounds,) * len(fit.pairs) if has_rounds else (),
        score=score,
        fold_scores=tuple(by_fold),
        also=score_extra_metrics(task, y[validated], oof[validated], cut),
        continues=continues,
    )
    fold_s = fit.spent_s / len(fit.pairs)
    share = n_rounds / max(1, fit.n_rounds)
    can_resume = keep and fit.is_resumable  # predicting may have ended it
    return TrialResult(
        trial, oof, threshold, fold_s * share * row_ratio, fit if can_resume else None
    )


def _final_rounds(proposal: Proposal, rounds: int, folds: int) -> int:
    """Return the rounds for a fit on all rows, which needs more of them.

    The number of trees in a forest and of epochs stays the same.
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
    **results: Any,
) -> Trial:
    params: Mapping[str, object] = dict(proposal.params)
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
        **results,
    )


def _with_spread(
    metric: str, score: float, by_fold: list[float], *, y: Array, oof: Floats, threshold: float
) -> Score:
    """Return the pooled score with a 95% interval.

    With three or more folds, the interval is ± 1.96 standard errors of the mean over folds: fast
    but rough, because folds share training rows. With fewer folds it's a bootstrap, as for the
    ensemble and the holdout.
    """
    low: float | None
    high: float | None
    if len(by_fold) >= MIN_FOLDS_FOR_SPREAD:
        half = 1.96 * float(np.std(by_fold, ddof=1)) / math.sqrt(len(by_fold))
        within = metrics.METRICS[metric].clip
        low, high = within(score - half), within(score + half)
    else:
        low, high = metrics.interval(metric, y, oof, threshold=threshold, repeats=50)
    return Score(metric=metric, score=score, rows=len(y), low=low, high=high)
