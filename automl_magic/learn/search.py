"""search: candidates in, trials out, within the budget."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from automl_magic.errors import BudgetTooSmall
from automl_magic.learn import replay as replays
from automl_magic.learn.blas import one_blas_thread
from automl_magic.learn.budget import Budget
from automl_magic.learn.candidate import (
    BASELINE,
    BASELINE_VIEW,
    Candidate,
    Proposal,
    check_candidates,
    read_views,
)
from automl_magic.learn.crossval import Allowance, CrossValidation
from automl_magic.learn.events import RunFolder
from automl_magic.learn.leaderboard import as_table, make_leaderboard, number
from automl_magic.learn.matrices import FoldMatrices
from automl_magic.learn.plot import plot_course
from automl_magic.learn.pruning import worse_than_parent
from automl_magic.learn.show import Picture, Table
from automl_magic.learn.strategies import Strategy, strategy
from automl_magic.learn.trial import FoldResults, Scored
from automl_magic.learn.warm import Warmup
from automl_magic.learn.words import printable, seconds
from automl_magic.records import StepSpec, Trial, TrialState

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task
    from automl_magic.recipe import Recipe

# One trial may use this share of the time that is left, so that no first candidate takes all.
MOST_OF_TIME_LEFT = 0.3
# The final fits are foreseen as those of this many of the best trials.
EXPECTED_MEMBERS = 4
# A variation is not begun where less than this share of its parent's time is left.
LEAST_OF_PARENTS_TIME = 0.7
LEAST_S_PER_FOLD, FIRST_FOLDS = 0.05, 2.0
# No fit is cut short before this, if there is as much.
FEWEST_S = 1.0


def _checked(budget_s: Any) -> float:
    # A notebook's parameter may hold anything.
    if isinstance(budget_s, int | float) and not isinstance(budget_s, bool) and budget_s > 0:
        return float(budget_s)
    raise BudgetTooSmall(
        f"A search cannot take {budget_s!r} seconds.",
        why="The budget is a number of seconds above 0.",
        fix="Set budget_s in the parameters cell, e.g. to 60.",
    )


class Search:
    """The trials of a search, and the clock that goes on until the refit.

    Attributes
    ----------
    trials : list of Trial
        All of them, in the order of starting; the first is the baseline.
    scored : list of Scored
        Those that have a score, with their out-of-fold predictions.
    stopped : {"interrupt", "deadline", "trials"} or None
        What ended the search; None where there was nothing more to try.
    recorded : Recipe or None
        The recipe that is replayed, if one is.
    """

    def __init__(
        self,
        task: Task,
        rows: SplitRows,
        views: Mapping[str, tuple[StepSpec, ...]],
        *,
        budget: Budget,
        folder: RunFolder,
        patience: int,
    ) -> None:
        self.task, self.rows, self.views = task, rows, views
        self.budget, self.folder = budget, folder
        self.matrices = FoldMatrices(task, rows, views)
        self.folds = CrossValidation(task, rows, self.matrices, patience, self._asked_to_stop)
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

    def leaderboard(self) -> Table:
        """Return the trials, best first, as a table to look at."""
        board = make_leaderboard(self.task.metric, self.trials, run_id="", notebook="", weights={})
        return as_table(board, self.n_rows)

    def plot(self) -> Picture:
        """Return a picture of the scores over time."""
        return plot_course(self.task.metric, self.trials, self.ended_s)

    def final_fits_s(self, members: Sequence[Scored]) -> float:
        """Return the seconds for fitting some trials after the search, for holdout and refit."""
        views = {scored.trial.view for scored in members if scored.trial.estimator != BASELINE}
        grown = self.rows.split.folds / (self.rows.split.folds - 1)
        once = sum(scored.refit_s for scored in members)
        once += sum(self.matrices.fit_s(view) for view in views) * grown
        return self.rows.final_fits * once

    @property
    def slowest_s(self) -> float:
        """The seconds of the trial that took longest."""
        return max((trial.fit_s for trial in self.trials), default=0.0)

    def try_one(self, proposal: Proposal, allowance: Allowance) -> None:
        """Run a trial, and keep it."""
        prune = None
        if proposal.parent is not None:
            prune = worse_than_parent(self.task.metric, self.trials[proposal.parent])
        self.add(self.folds.run(proposal, len(self.trials), allowance, prune))

    def refuse(self, proposal: Proposal, reason: str) -> None:
        """Keep a proposal as a pruned trial that never began."""
        never = FoldResults(
            proposal, len(self.trials), self.task.metric.name, self.rows, self.folds.y
        )
        self.add(never.ended(TrialState.PRUNED, reason))

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

    def _asked_to_stop(self) -> str | None:
        return "Asked to stop" if self.folder.asks_to_stop else None

    def __repr__(self) -> str:
        name = self.task.metric.name
        why = {
            None: "everything was tried",
            "interrupt": "it was interrupted",
            "deadline": "the time was used",
            "trials": "the number of trials was reached",
        }[self.stopped]
        best = f"best {name} {number(_score(self.best.trial))} ({self.best.trial.candidate})"
        return f"{len(self.trials)} trials in {self.budget.elapsed_s:.1f} s; {why}; {best}"


def search(
    task: Task,
    split: SplitRows,
    views: Mapping[str, Sequence[Any]],
    candidates: Mapping[str, Candidate],
    *,
    budget_s: float,
    sampler: str = "portfolio",
    max_trials: int | None = None,
    early_stopping: int = 40,
    run_dir: str | os.PathLike[str] | None = None,
    replay: str | os.PathLike[str] = "",
) -> Search:
    """Try candidates until the time is used, everything was tried, or somebody interrupts.

    A keyboard interrupt, or a file `stop` in the run folder, ends the search and keeps what it has.

    Parameters
    ----------
    views : mapping of str to sequence of StepSpec, or of their JSON
    candidates : mapping of str to Candidate
        Tried in this order.
    budget_s : float
        Wall-clock seconds from this call to the end of `refit`.
    sampler : {"portfolio", "random"}
        A file of `learn.strategies`.
    max_trials : int, optional
        Not counting the baseline.
    early_stopping : int
        Boosting stops when this many rounds bring no gain on a fold.
    run_dir : path, optional
        Where `trials.jsonl` and `events.jsonl` are written.
    replay : path, optional
        The folder of an earlier run: its members are fitted again, and nothing is searched.

    Raises
    ------
    PlanError, FolderNotWritable
        Before the first trial.
    RunError
        If the run of `replay` cannot be repeated on this data.
    """
    budget = task.budget = Budget(_checked(budget_s))
    folder = RunFolder(run_dir)
    read = read_views(views)
    check_candidates(candidates, read)
    chosen = strategy(sampler, candidates, task.metric, task.seed)
    folder.begin(budget_s)
    found = Search(task, split, read, budget=budget, folder=folder, patience=early_stopping)
    with one_blas_thread():
        if replay and os.fspath(replay):
            replays.run(found, replay)
        else:
            _run(found, chosen, candidates, max_trials)
    return found


def _run(
    found: Search, chosen: Strategy, candidates: Mapping[str, Candidate], max_trials: int | None
) -> None:
    """Run the baseline and then the trials, until something ends the search."""
    warmup = Warmup(offered.estimator for offered in candidates.values())
    baseline = Proposal(BASELINE, BASELINE, BASELINE_VIEW, {}, "What is known without any column.")
    found.try_one(baseline, Allowance())
    try:
        found.stopped = _try_all(found, chosen, warmup, max_trials)
    except KeyboardInterrupt as interrupt:
        # A second one, in the next cells, is nobody's to catch.
        found.stopped = "interrupt"
        if interrupt.args and isinstance(interrupt.args[0], Scored):
            found.add(interrupt.args[0])


def _try_all(found: Search, chosen: Strategy, warmup: Warmup, max_trials: int | None) -> str | None:
    """Run trials until something ends the search, and return what."""
    while True:
        if found.folder.asks_to_stop:
            return "interrupt"
        if max_trials is not None and len(found.trials) > max_trials:
            return "trials"
        usable_s = _usable_s(found)
        proposal = chosen.propose(found.trials, usable_s)
        if proposal is None:
            return "deadline" if usable_s < found.slowest_s else None
        warmup.wait(proposal.estimator)
        usable_s = _usable_s(found)
        needed_s = _needed_s(found, proposal, usable_s)
        if needed_s <= usable_s:
            share_s = max(MOST_OF_TIME_LEFT * usable_s, min(0.8 * usable_s, FEWEST_S))
            found.try_one(proposal, Allowance(share_s, time.monotonic() + usable_s))
        elif proposal.parent is None:
            found.refuse(
                proposal,
                f"Not begun: it needs about {seconds(needed_s)}; "
                f"{seconds(max(0.0, usable_s))} are left for it.",
            )
        else:
            return "deadline"


def _usable_s(found: Search) -> float:
    """Return the seconds that a trial may take, so that the final fits still fit."""
    best = sorted(
        (scored for scored in found.scored if scored.trial.estimator != BASELINE),
        key=lambda scored: found.task.metric.loss(_score(scored.trial)),
    )[:EXPECTED_MEMBERS]
    usable = found.budget.usable_s(found.final_fits_s(best))
    # It may become a member itself, and then is fitted again on all rows.
    return usable / (1 + found.rows.final_fits / (found.rows.split.folds - 1))


def _needed_s(found: Search, proposal: Proposal, usable_s: float) -> float:
    """Return the seconds without which a trial is not worth its start.

    What a trial really takes is known after its first fold, and then it may still be pruned: so
    the first fold, with some air, is all that has to be foreseen.
    """
    needed = LEAST_S_PER_FOLD * found.rows.split.folds
    if needed < usable_s:  # measuring takes time too
        needed += FIRST_FOLDS * found.folds.first_fold_s(proposal)
    if proposal.parent is not None:
        needed = max(needed, LEAST_OF_PARENTS_TIME * found.trials[proposal.parent].fit_s)
    return needed


def _score(trial: Trial) -> float:
    assert trial.score is not None
    return trial.score.score


def _line(trial: Trial, best: Trial | None, elapsed_s: float, left_s: float) -> str:
    score = number(trial.score.score) if trial.score else trial.state.value
    line = f"{trial.number:>3}  {trial.candidate:<18.18}  {score:>9}"
    if best is not None:
        line += f"  best {number(_score(best))}"
    line += f"  {elapsed_s:5.1f} s, {left_s:5.1f} s left"
    if trial.state is TrialState.FAIL:
        line += f"  {trial.reason:.80}"
    return printable(line)
