"""replay: refit the members of a recorded run instead of searching, with identical results."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import RunError
from automl_magic.learn.candidate import Proposal
from automl_magic.learn.events import TRIALS
from automl_magic.learn.trial import score_trial
from automl_magic.recipe import MemberSpec, Recipe
from automl_magic.records import RecordProblem, Trial, TrialState

if TYPE_CHECKING:
    from automl_magic.learn.trials import Search


def run(search: Search, folder: str | os.PathLike[str]) -> None:
    """Refit the trials of a recorded recipe, with their parameters and iteration counts.

    Raises
    ------
    RunError
        If the folder has no finished search, or its folds differ.
    """
    recipe, trials = read_recorded(Path(folder))
    if recipe.fold_sha256 != search.rows.fold_sha256:
        raise RunError(
            "Can't repeat the recorded run on this data.",
            why=f"Its folds have the digest {recipe.fold_sha256[:19]}…, and this notebook's have "
            f"{search.rows.fold_sha256[:19]}…: the rows, the target, the split or the seed differ.",
            fix="Use the data and settings of the run in this notebook, or run a new search.",
        )
    search.recorded = recipe
    search.rows.split = recipe.split  # with the folds and repeats that the search used
    search.matrices.divide()
    for member in recipe.members:
        trial = trial_of(member, trials, folder)
        if trial.view not in search.views:
            raise _replay_error(folder, f"This notebook has no view {trial.view!r}.")
        _repeat(search, trial)


def _repeat(search: Search, trial: Trial) -> None:
    """Refit a trial with its number of rounds instead of early stopping."""
    proposal = Proposal(trial.candidate, trial.estimator, trial.view, trial.params, trial.reason)
    fit = search.start_fit(proposal, max(trial.fold_iterations, default=1))
    fit.advance(math.inf)
    search.add(
        score_trial(
            fit,
            trial.number,
            search.task,
            search.rows,
            reason=trial.reason,
            fit_s=fit.spent_s,
        )
    )
    fit.close()


def read_recorded(folder: Path) -> tuple[Recipe, list[Trial]]:
    """Return the recipe and the trials of a finished search."""
    try:
        recipe = Recipe.from_json(json.loads((folder / "recipe.json").read_bytes()))
        lines = (folder / TRIALS).read_bytes().split(b"\n")
        trials = [Trial.from_json(json.loads(line)) for line in lines if line]
    except OSError as error:
        raise _replay_error(folder, f"{error.filename}: {error.strerror}.") from error
    except (ValueError, RecordProblem) as error:
        raise _replay_error(folder, f"{error}.") from error
    return recipe, trials


def trial_of(member: MemberSpec, trials: list[Trial], folder: str | os.PathLike[str]) -> Trial:
    """Return the trial that a member of the recipe came from."""
    key = _key(member)
    for trial in trials:
        if trial.state is TrialState.COMPLETE and _key(trial) == key:
            return trial
    raise _replay_error(folder, f"No trial matches the member {member.name!r}.")


def _key(spec: MemberSpec | Trial) -> tuple[object, ...]:
    return spec.estimator, spec.view, dict(spec.params), spec.n_iterations


def _replay_error(folder: str | os.PathLike[str], why: str) -> RunError:
    return RunError(
        f"Can't repeat the run in {str(folder)!r}.",
        why=why,
        fix="Set replay to the folder of a successful search, or to '' to run a new search.",
    )
