"""Search: run trials and keep their results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.display.figures import SvgFigure
from automl_magic.display.numbers import format_score
from automl_magic.display.text import printable
from automl_magic.display.text_table import TextTable
from automl_magic.learn.budget import Budget
from automl_magic.learn.candidate import BASELINE, Proposal
from automl_magic.learn.cost import FitCostModel
from automl_magic.learn.events import RunFolder
from automl_magic.learn.formatting import format_exception
from automl_magic.learn.leaderboard import leaderboard_table, make_leaderboard
from automl_magic.learn.matrices import FoldMatrices
from automl_magic.learn.plot import plot_search
from automl_magic.learn.trial import TrialResult, score_trial, unscored_result
from automl_magic.learn.trial_fit import PruneCheck, TrialFit
from automl_magic.recipe import Fold, member
from automl_magic.records import DecisionKind, StepSpec, Trial, TrialState

if TYPE_CHECKING:
    from automl_magic.learn.meta import MetaFeatures
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task
    from automl_magic.recipe import Recipe

LiveCallback = Callable[["Search"], None]


class Search:
    """The trials of a search, and the clock that runs until the refit ends.

    Attributes
    ----------
    trials : list of Trial
        All trials, in the order of starting. The first is the baseline.
    scored : list of Scored
        Trials with a score, with their out-of-fold predictions. Excludes a trial that was resumed
        as a later trial.
    ended_s : list of float
        When each trial ended, in seconds since the start of the search.
    stopped : {"interrupt", "deadline", "trials"} or None
        What ended the search, or None if there was nothing more to try.
    meta_features : MetaFeatures or None
        The meta-features of the table, if `is_described`.
    needs_s : list of float
        The budgets, in seconds, with which the skipped trials could have started.
    warnings : list of str
        What the person must know about the result, as sentences.
    recorded : Recipe or None
        The recipe to replay, if any.
    home : Path or None
        Where results of earlier searches are read and new results are added. None for neither.
    """

    def __init__(
        self,
        task: Task,
        rows: SplitRows,
        views: Mapping[str, tuple[StepSpec, ...]],
        *,
        budget: Budget,
        folder: RunFolder,
        patience: int | None,
        live: LiveCallback | None = None,
        home: Path | None = None,
    ) -> None:
        self.home = home
        self.task, self.rows, self.views = task, rows, views
        self.budget, self.folder = budget, folder
        self.matrices = FoldMatrices(task, rows, views, clock=budget.now)
        self.costs = FitCostModel(task, self.matrices, budget.now)
        self.patience, self._live = patience, live
        self.trials: list[Trial] = []
        self.results: list[TrialResult] = []
        self.trial_ended_s: list[float] = []
        self.stopped: str | None = None
        self.recorded: Recipe | None = None
        self.warnings: list[str] = []
        self.needs_s: list[float] = []
        self.meta_features: MetaFeatures | None = None
        self.is_described = False

    @property
    def best(self) -> TrialResult:
        """The trial with the best score. The first one wins a tie."""
        loss = self.task.metric.loss
        return min(self.results, key=lambda result: loss(_score(result.trial)))

    @property
    def has_only_baseline(self) -> bool:
        """Whether no candidate has a score, so that the model is the baseline."""
        return all(result.trial.estimator == BASELINE for result in self.results)

    @property
    def n_rows(self) -> int:
        """The number of rows that the scores are computed on."""
        return int(self.rows.validated_mask.sum())

    def leaderboard(self) -> TextTable:
        """Return the trials as a table, best first."""
        leaderboard = make_leaderboard(
            self.task.metric, self.trials, run_id="", notebook="", weights={}
        )
        return leaderboard_table(leaderboard, self.n_rows)

    def plot(self) -> SvgFigure:
        """Plot the scores over time."""
        return plot_search(self.task.metric, self.trials, self.trial_ended_s)

    def final_fits_s(self, members: Sequence[TrialResult], n_seeds: int = 1) -> float:
        """Return the seconds to fit some trials after the search, for holdout and refit.

        Each member is fitted once per seed, in one thread. As many fits as there are threads run
        in parallel.
        """
        fits = [
            result.refit_s
            for result in members
            for _ in range(n_seeds if member(result.trial.estimator).is_random else 1)
        ]
        total_s = max(max(fits, default=0.0), sum(fits) / self.task.threads)
        views = {result.trial.view for result in members if result.trial.estimator != BASELINE}
        return self.rows.final_fits * total_s + sum(map(self.final_view_s, views))

    def final_view_s(self, view: str) -> float:
        """Return the seconds to fit a view after the search, for holdout and refit."""
        rows = self.task.n_rows + (len(self.rows.development) if len(self.rows.holdout) else 0)
        return self.matrices.fit_s(view) * rows / self.matrices.n_train_rows

    @property
    def stop_requested(self) -> bool:
        return self.folder.stop_requested

    def start_fit(self, proposal: Proposal, exactly: int | None = None) -> TrialFit:
        """Return the fit of a proposal on all folds, before its first round.

        `exactly` fixes the number of rounds.
        """
        pairs = self.rows.pairs

        def fold(number: int) -> Fold:
            if proposal.estimator != BASELINE:
                return self.matrices.fold(proposal.view, number)
            train, validation = pairs[number]
            y = self.task.y[self.rows.development]
            return Fold(
                np.empty((len(train), 0)), y[train], np.empty((len(validation), 0)), y[validation]
            )

        clock = self.budget.now
        return TrialFit(
            proposal, self.task, pairs, fold, self.patience, exactly=exactly, clock=clock
        )

    def run(
        self,
        fit: TrialFit,
        until: float,
        prune_check: PruneCheck | None = None,
        *,
        after: int | None = None,
        keep: bool = False,
    ) -> TrialResult:
        """Run a fit until a time, and add the trial.

        An error in a candidate makes a failed trial. An error in the baseline is raised because it
        affects the target or the metric, and so the whole search.

        Parameters
        ----------
        until : float
            A time of the budget's clock, in seconds.
        after : int, optional
            The number of the paused trial to resume.
        keep : bool
            Whether to pause the trial, so that it can resume, if the clock stops it.

        Raises
        ------
        KeyboardInterrupt
            After the trial was added with its results so far.
        """
        proposal, number = fit.proposal, len(self.trials)
        started, interrupt = self.budget.now(), None
        try:
            member(proposal.estimator).import_library()  # not counted in the time of a round
            try:
                fit.advance(until, prune_check, lambda: self.stop_requested)
            except KeyboardInterrupt as caught:
                interrupt = caught
            fit_s = self.budget.now() - started
            if fit.prune_reason is not None:
                result = unscored_result(
                    proposal, number, TrialState.PRUNED, fit.prune_reason, fit_s
                )
            elif fit.n_rounds == 0:
                reason = "Interrupted before all folds had started."
                result = unscored_result(proposal, number, TrialState.PRUNED, reason, fit_s)
            else:
                reason = proposal.reason + _progress_note(fit, after, interrupted=bool(interrupt))
                result = score_trial(
                    fit,
                    number,
                    self.task,
                    self.rows,
                    reason=reason,
                    fit_s=fit_s,
                    keep=keep,
                    continues=after,
                )
        except Exception as error:
            if proposal.estimator == BASELINE:
                raise
            fit_s = self.budget.now() - started
            result = unscored_result(
                proposal, number, TrialState.FAIL, format_exception(error), fit_s
            )
        if after is not None and result.trial.state is TrialState.COMPLETE:
            self.results = [earlier for earlier in self.results if earlier.trial.number != after]
        self.add(result)
        if result.fit is None:
            fit.close()
        if interrupt is not None:
            raise interrupt
        return result

    def skip(self, proposal: Proposal, reason: str) -> None:
        """Add a proposal as a pruned trial that never started."""
        self.add(
            unscored_result(
                proposal, len(self.trials), TrialState.PRUNED, reason, 0.0, started=False
            )
        )

    def add(self, result: TrialResult) -> None:
        """Add a trial that has ended, write it to the run folder, and print one line."""
        trial = result.trial
        self.trials.append(trial)
        self.trial_ended_s.append(self.budget.elapsed_s)
        if trial.state is TrialState.COMPLETE:
            self.results.append(result)
        self.folder.trial(trial.to_json())
        score = trial.score.value if trial.score else None
        elapsed_s, left_s = self.budget.elapsed_s, max(0.0, self.budget.left_s)
        self.folder.event(
            "trial",
            number=trial.number,
            candidate=trial.candidate,
            score=score,
            best=_score(self.best.trial) if self.results else None,
            elapsed_s=round(elapsed_s, 3),
            left_s=round(left_s, 3),
            state=trial.state.value,
        )
        print(
            _line(trial, self.best.trial if self.results else None, elapsed_s, left_s), flush=True
        )
        if self._live is not None:
            self._live(self)

    def log_decision(
        self, about: DecisionKind, choice: str, why: str, *, name: str = "", **evidence: object
    ) -> None:
        """Log a decision of the search. `name` is the trial or member that it's about."""
        self.folder.event(
            "decision",
            about=about,
            name=name,
            choice=choice,
            why=why,
            evidence=evidence,
            elapsed_s=round(self.budget.elapsed_s, 3),
        )

    def warn(self, about: DecisionKind, choice: str, why: str) -> None:
        """Log a decision that the person must know about, print it, and keep it for the result."""
        self.log_decision(about, choice, why)
        self.warnings.append(why)
        print(why, flush=True)

    def __repr__(self) -> str:
        name = self.task.metric.name
        why = {
            None: "everything was tried",
            "interrupt": "it was interrupted",
            "deadline": "the time was used",
            "trials": "the trial limit was reached",
        }[self.stopped]
        best = f"best {name} {format_score(_score(self.best.trial))} ({self.best.trial.candidate})"
        return f"{len(self.trials)} trials in {self.budget.elapsed_s:.1f} s; {why}; {best}"


def _progress_note(fit: TrialFit, after: int | None, *, interrupted: bool) -> str:
    note = f" It continues trial {after}." if after is not None else ""
    if interrupted:
        return f"{note} Interrupted after {fit.n_rounds} rounds."
    if not fit.has_converged:
        return f"{note} Its share of the time ended after {fit.n_rounds} rounds."
    return note


def _score(trial: Trial) -> float:
    assert trial.score is not None
    return trial.score.value


def _line(trial: Trial, best: Trial | None, elapsed_s: float, left_s: float) -> str:
    score = format_score(trial.score.value) if trial.score else trial.state.value
    line = f"{trial.number:>3}  {trial.candidate:<18.18}  {score:>9}"
    if best is not None:
        line += f"  best {format_score(_score(best))}"
    line += f"  {elapsed_s:5.1f} s, {left_s:5.1f} s left"
    if trial.state is TrialState.FAIL:
        line += f"  {trial.reason:.80}"
    return printable(line)
