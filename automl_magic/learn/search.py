"""search: run trials of the candidates within the budget."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import BudgetTooSmall
from automl_magic.learn import replay as replays
from automl_magic.learn import scheduler
from automl_magic.learn.blas import one_blas_thread
from automl_magic.learn.budget import Budget
from automl_magic.learn.candidate import (
    CandidateSpec,
    check_candidates,
    check_personal_columns,
    read_views,
)
from automl_magic.learn.events import RunFolder
from automl_magic.learn.formatting import check_choice
from automl_magic.learn.search_setup import choose_metric, drop_one_class_folds, warn_of_baseline
from automl_magic.learn.trials import LiveCallback, Search
from automl_magic.records import DecisionKind
from automl_magic.records.plans.experiment import SAMPLERS
from automl_magic.workspace import default_workspace

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task


def search(
    task: Task,
    split: SplitRows,
    views: Mapping[str, Sequence[object]],
    candidates: Mapping[str, CandidateSpec],
    *,
    budget_s: float,
    sampler: str = "tpe",
    max_trials: int | None = None,
    early_stopping: int | None = None,
    run_dir: str | os.PathLike[str] | None = None,
    replay: str | os.PathLike[str] = "",
    live: LiveCallback | None = None,
    clock: Callable[[], float] = time.monotonic,
    home: Path | None = None,
) -> Search:
    """Try candidates until the time is used, everything was tried, or it's interrupted.

    A keyboard interrupt, or a file named `stop` in the run folder, ends the search and keeps its
    results so far.

    Parameters
    ----------
    task : Task
    split : SplitRows
        From `split`.
    views : mapping of str to sequence of StepSpec or their JSON
    candidates : mapping of str to Candidate
        The portfolio.
    budget_s : float
        Wall-clock seconds from this call to the end of `refit`.
    sampler : {"portfolio", "random", "tpe"}
        The strategy that proposes trials.
    max_trials : int, optional
        Maximum number of trials, without the baseline. If set, only the end of the budget depends
        on time.
    early_stopping : int, optional
        Rounds without a gain of the pooled score after which boosting stops. By default it depends
        on the learning rate and the rounds so far.
    run_dir : path, optional
        Where `trials.jsonl` and `events.jsonl` are written.
    replay : path, optional
        The folder of an earlier run. Its members are refitted, without a search.
    live : callable, optional
        Called with the search after each trial.
    clock : callable, optional
        Returns the current time in seconds.
    home : path, optional
        The folder with results of earlier searches. By default the home of the notebook's
        workspace.

    Raises
    ------
    PlanError, FolderNotWritable
        Before the first trial.
    RunError
        If the run of `replay` can't be repeated on this data.
    """
    budget = task.budget = Budget(_checked(budget_s), clock)
    folder = RunFolder(run_dir)
    steps = read_views(views)
    check_personal_columns(steps, task.personal)
    check_candidates(candidates, steps)
    check_choice(SAMPLERS, sampler, "sampler")
    dropped, undefined = drop_one_class_folds(task, split), choose_metric(task, split)
    folder.start(budget_s, task.metric.name, list(candidates))
    search = Search(
        task,
        split,
        steps,
        budget=budget,
        folder=folder,
        patience=early_stopping,
        live=live,
        home=home or default_workspace().home,
    )
    if dropped is not None:
        search.warn(DecisionKind.FOLDS, f"{split.n_used_folds} of {split.split.folds}", dropped)
    if undefined is not None:
        search.warn(DecisionKind.METRIC, task.metric.name, undefined)
    with one_blas_thread():
        if replay and os.fspath(replay):
            replays.run(search, replay)
        else:
            scheduler.run(search, sampler, candidates, max_trials)
            warn_of_baseline(search)
    return search


def _checked(budget_s: object) -> float:
    # A notebook's parameter can have any type.
    if isinstance(budget_s, int | float) and not isinstance(budget_s, bool) and budget_s > 0:
        return float(budget_s)
    raise BudgetTooSmall(
        f"{budget_s!r} isn't a valid budget.",
        why="budget_s must be a number of seconds above 0.",
        fix="Set budget_s in the parameters cell, for example to 60.",
    )
