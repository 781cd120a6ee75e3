"""search: candidates in, trials out, within the budget."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.errors import BudgetTooSmall
from automl_magic.learn import race
from automl_magic.learn import replay as replays
from automl_magic.learn.blas import one_blas_thread
from automl_magic.learn.budget import Budget
from automl_magic.learn.candidate import Candidate, check_candidates, read_views
from automl_magic.learn.events import RunFolder
from automl_magic.learn.trials import Live, Search
from automl_magic.learn.words import one_of
from automl_magic.records.plans.experiment import SAMPLERS
from automl_magic.workspace import default_workspace

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task


def search(
    task: Task,
    split: SplitRows,
    views: Mapping[str, Sequence[Any]],
    candidates: Mapping[str, Candidate],
    *,
    budget_s: float,
    sampler: str = "tpe",
    max_trials: int | None = None,
    early_stopping: int | None = None,
    run_dir: str | os.PathLike[str] | None = None,
    replay: str | os.PathLike[str] = "",
    live: Live | None = None,
    clock: Callable[[], float] = time.monotonic,
    home: Path | None = None,
) -> Search:
    """Try candidates until the time is used, everything was tried, or somebody interrupts.

    A keyboard interrupt, or a file `stop` in the run folder, ends the search and keeps what it has.

    Parameters
    ----------
    views : mapping of str to sequence of StepSpec, or of their JSON
    candidates : mapping of str to Candidate
        The portfolio.
    budget_s : float
        Wall-clock seconds from this call to the end of `refit`.
    sampler : str
        A file of `learn.strategies`.
    max_trials : int, optional
        Not counting the baseline. With it, nothing but the end of the budget depends on time.
    early_stopping : int, optional
        Boosting stops when this many rounds bring no gain of the pooled score; by default as many
        as the learning rate and the rounds so far suggest.
    run_dir : path, optional
        Where `trials.jsonl` and `events.jsonl` are written.
    replay : path, optional
        The folder of an earlier run: its members are fitted again, and nothing is searched.
    live : callable, optional
        Called with the search after each trial.
    clock : callable, optional
        Tells the seconds that the budget is counted in.
    home : path, optional
        Where results of earlier searches lie. By default the home of the notebook's workspace.

    Raises
    ------
    PlanError, FolderNotWritable
        Before the first trial.
    RunError
        If the run of `replay` cannot be repeated on this data.
    """
    budget = task.budget = Budget(_checked(budget_s), clock)
    folder = RunFolder(run_dir)
    read = read_views(views)
    check_candidates(candidates, read)
    one_of(SAMPLERS, sampler, "sampler")
    folder.begin(budget_s, task.metric.name)
    found = Search(
        task,
        split,
        read,
        budget=budget,
        folder=folder,
        patience=early_stopping,
        live=live,
        home=home or default_workspace().home,
    )
    with one_blas_thread():
        if replay and os.fspath(replay):
            replays.run(found, replay)
        else:
            race.run(found, sampler, candidates, max_trials)
    return found


def _checked(budget_s: Any) -> float:
    # A notebook's parameter may hold anything.
    if isinstance(budget_s, int | float) and not isinstance(budget_s, bool) and budget_s > 0:
        return float(budget_s)
    raise BudgetTooSmall(
        f"A search cannot take {budget_s!r} seconds.",
        why="The budget is a number of seconds above 0.",
        fix="Set budget_s in the parameters cell, e.g. to 60.",
    )
