"""The trials of a search, how one is run, and the clock that goes on until the refit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.budget import Budget
from automl_magic.learn.candidate import BASELINE, Proposal
from automl_magic.learn.cost import Costs
from automl_magic.learn.events import RunFolder
from automl_magic.learn.growing import Growing, Judge
from automl_magic.learn.leaderboard import as_table, make_leaderboard
from automl_magic.learn.matrices import FoldMatrices
from automl_magic.learn.plot import plot_course
from automl_magic.learn.trial import Scored, ended, scored
from automl_magic.learn.words import first_line
from automl_magic.look.figures import SvgFigure
from automl_magic.look.numbers import format_score
from automl_magic.look.text import safe
from automl_magic.look.text_table import TextTable
from automl_magic.recipe import Fold, member
from automl_magic.records import DecisionKind, StepSpec, Trial, TrialState

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task
    from automl_magic.recipe import Recipe

Live = Callable[["Search"], None]


class Search:
    """The trials of a search, and the clock that goes on until the refit.

    Attributes
    ----------
    trials : list of Trial
        All of them, in the order of starting; the first is the baseline.
    scored : list of Scored
        Those that have a score, with their out-of-fold predictions. A trial that went on as another
        is left out.
    stopped : {"interrupt", "deadline", "trials"} or None
        What ended the search; None where there was nothing more to try.
    recorded : Recipe or None
        The recipe that is replayed, if one is.
    home : Path or None
        Where results of earlier searches are read and this one's are added; None: neither.
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
        live: Live | None = None,
        home: Path | None = None,
    ) -> None:
        self.home = home
        self.task, self.rows, self.views = task, rows, views
        self.budget, self.folder = budget, folder
        self.matrices = FoldMatrices(task, rows, views)
        self.costs = Costs(task, self.matrices)
        self.patience, self._live = patience, live
        self.trials: list[Trial] = []
        self.scored: list[Scored] = []
        self.ended_s: list[float] = []
        self.stopped: str | None = None
        self.recorded: Recipe | None = None

    @property
    def best(self) -> Scored:
        """The trial with the best score; of equal scores the first."""
        loss = self.task.metric.loss
        return min(self.scored, key=lambda scored: loss(_score(scored.trial)))

    @property
    def n_rows(self) -> int:
        """The number of rows that the scores are measured on."""
        return int(self.rows.validated.sum())

    def leaderboard(self) -> TextTable:
        """Return the trials, best first, as a table to look at."""
        board = make_leaderboard(self.task.metric, self.trials, run_id="", notebook="", weights={})
        return as_table(board, self.n_rows)

    def plot(self) -> SvgFigure:
        """Return a picture of the scores over time."""
        return plot_course(self.task.metric, self.trials, self.ended_s)

    def final_fits_s(self, members: Sequence[Scored], n_seeds: int = 1) -> float:
        """Return the seconds for fitting some trials after the search, for holdout and refit.

        Each member is fitted once with every seed, in one thread; as many fits as there are threads
        go on side by side.
        """
        fits = [
            scored.refit_s
            for scored in members
            for _ in range(n_seeds if member(scored.trial.estimator).is_random else 1)
        ]
        together = max(max(fits, default=0.0), sum(fits) / self.task.threads)
        views = {scored.trial.view for scored in members if scored.trial.estimator != BASELINE}
        grown = self.rows.split.folds / (self.rows.split.folds - 1)
        together += sum(self.matrices.fit_s(view) for view in views) * grown
        return self.rows.final_fits * together

    @property
    def asks_to_stop(self) -> bool:
        return self.folder.asks_to_stop

    def grow(self, proposal: Proposal, exactly: int | None = None) -> Growing:
        """Return a proposal on all folds, before its first round."""
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
        return Growing(
            proposal, self.task, pairs, fold, self.patience, exactly=exactly, clock=clock
        )

    def run(
        self,
        growing: Growing,
        until: float,
        judge: Judge | None = None,
        *,
        after: int | None = None,
        keep: bool = False,
    ) -> Scored:
        """Let a proposal grow until an instant, and keep the trial.

        Whatever a candidate raises makes a failed trial; what the baseline raises is raised: it
        concerns the target or the metric, and so the whole search.

        Parameters
        ----------
        after : int, optional
            The trial that goes on here.
        keep : bool
            Whether it is kept alive where the clock ends it.

        Raises
        ------
        KeyboardInterrupt
            When the trial is kept, with what it has reached.
        """
        proposal, number = growing.proposal, len(self.trials)
        started, interrupt = self.budget.now(), None
        try:
            member(proposal.estimator).import_library()  # which is nobody's round
            try:
                growing.advance(until, judge, lambda: self.asks_to_stop)
            except KeyboardInterrupt as caught:
                interrupt = caught
            fit_s = self.budget.now() - started
            if growing.verdict is not None:
                found = ended(proposal, number, TrialState.PRUNED, growing.verdict, fit_s)
            elif growing.n_rounds == 0:
                reason = "Interrupted before all folds had begun."
                found = ended(proposal, number, TrialState.PRUNED, reason, fit_s)
            else:
                reason = proposal.reason + _how_far(growing, after, interrupted=bool(interrupt))
                found = scored(
                    growing,
                    number,
                    self.task,
                    self.rows,
                    reason=reason,
                    fit_s=fit_s,
                    keep=keep,
                )
        except Exception as error:
            if proposal.estimator == BASELINE:
                raise
            fit_s = self.budget.now() - started
            found = ended(proposal, number, TrialState.FAIL, first_line(error), fit_s)
        if after is not None and found.trial.state is TrialState.COMPLETE:
            self.scored = [one for one in self.scored if one.trial.number != after]
        self.add(found)
        if found.growing is None:
            growing.close()
        if interrupt is not None:
            raise interrupt
        return found

    def refuse(self, proposal: Proposal, reason: str) -> None:
        """Keep a proposal as a pruned trial that never began."""
        self.add(ended(proposal, len(self.trials), TrialState.PRUNED, reason, 0.0))

    def add(self, scored: Scored) -> None:
        """Keep a trial that has ended, write it down, and say so in one line."""
        self.trials.append(scored.trial)
        self.ended_s.append(self.budget.elapsed_s)
        if scored.trial.state is TrialState.COMPLETE:
            self.scored.append(scored)
        trial = scored.trial
        self.folder.trial(trial.to_json())
        score = trial.score.score if trial.score else None
        elapsed, left = self.budget.elapsed_s, max(0.0, self.budget.left_s)
        self.folder.event(
            "trial",
            number=trial.number,
            candidate=trial.candidate,
            score=score,
            best=_score(self.best.trial) if self.scored else None,
            elapsed_s=round(elapsed, 3),
            left_s=round(left, 3),
            state=trial.state.value,
        )
        print(_line(trial, self.best.trial if self.scored else None, elapsed, left), flush=True)
        if self._live is not None:
            self._live(self)

    def decide(
        self, about: DecisionKind, choice: str, why: str, *, name: str = "", **evidence: Any
    ) -> None:
        """Write a decision of the search down; `name` says which trial or member it is about."""
        self.folder.event(
            "decision",
            about=about,
            name=name,
            choice=choice,
            why=why,
            evidence=evidence,
            elapsed_s=round(self.budget.elapsed_s, 3),
        )

    def __repr__(self) -> str:
        name = self.task.metric.name
        why = {
            None: "everything was tried",
            "interrupt": "it was interrupted",
            "deadline": "the time was used",
            "trials": "the number of trials was reached",
        }[self.stopped]
        best = f"best {name} {format_score(_score(self.best.trial))} ({self.best.trial.candidate})"
        return f"{len(self.trials)} trials in {self.budget.elapsed_s:.1f} s; {why}; {best}"


def _how_far(growing: Growing, after: int | None, *, interrupted: bool) -> str:
    said = f" It goes on where trial {after} was frozen." if after is not None else ""
    if interrupted:
        return f"{said} Interrupted after {growing.n_rounds} rounds."
    if not growing.settled:
        return f"{said} Its share of the time ended after {growing.n_rounds} rounds."
    return said


def _score(trial: Trial) -> float:
    assert trial.score is not None
    return trial.score.score


def _line(trial: Trial, best: Trial | None, elapsed_s: float, left_s: float) -> str:
    score = format_score(trial.score.score) if trial.score else trial.state.value
    line = f"{trial.number:>3}  {trial.candidate:<18.18}  {score:>9}"
    if best is not None:
        line += f"  best {format_score(_score(best))}"
    line += f"  {elapsed_s:5.1f} s, {left_s:5.1f} s left"
    if trial.state is TrialState.FAIL:
        line += f"  {trial.reason:.80}"
    return safe(line)
