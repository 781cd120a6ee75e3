"""replay: repeat a recorded run instead of searching: the same members, to the last digit."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.errors import RunError
from automl_magic.learn.candidate import Proposal
from automl_magic.learn.events import TRIALS
from automl_magic.learn.trial import scored
from automl_magic.recipe import MemberSpec, Recipe
from automl_magic.records import RecordProblem, Trial, TrialState

if TYPE_CHECKING:
    from automl_magic.learn.trials import Search


def run(search: Search, folder: str | os.PathLike[str]) -> None:
    """Fit the trials of a recorded recipe again, with their parameters and iteration counts.

    Raises
    ------
    RunError
        If the folder holds no finished search, or its rows were divided in another way.
    """
    recipe, trials = read_recorded(Path(folder))
    if recipe.fold_sha256 != search.rows.fold_sha256:
        raise RunError(
            "The recorded run cannot be repeated on this data.",
            why=f"Its folds have the digest {recipe.fold_sha256[:19]}…, those of this notebook "
            f"{search.rows.fold_sha256[:19]}…: the rows, the target, the split or the seed differ.",
            fix="Give the notebook the data and the settings of the run, or search again.",
        )
    search.recorded = recipe
    search.rows.split = recipe.split  # with the folds and repeats that it could afford
    search.matrices.divide()
    for member in recipe.members:
        trial = trial_of(member, trials, folder)
        if trial.view not in search.views:
            raise _not_repeatable(folder, f"This notebook has no view {trial.view!r}.")
        _repeat(search, trial)


def _repeat(search: Search, trial: Trial) -> None:
    """Fit a trial again, with its number of rounds instead of early stopping."""
    proposal = Proposal(trial.candidate, trial.estimator, trial.view, trial.params, trial.reason)
    growing = search.grow(proposal, max(trial.fold_iterations, default=1))
    growing.advance(math.inf)
    search.add(
        scored(
            growing,
            trial.number,
            search.task,
            search.rows,
            reason=trial.reason,
            fit_s=growing.spent_s,
        )
    )
    growing.close()


def read_recorded(folder: Path) -> tuple[Recipe, list[Trial]]:
    """Return the recipe and the trials of a search that has finished."""
    try:
        recipe = Recipe.from_json(json.loads((folder / "recipe.json").read_bytes()))
        lines = (folder / TRIALS).read_bytes().split(b"\n")
        trials = [Trial.from_json(json.loads(line)) for line in lines if line]
    except OSError as error:
        raise _not_repeatable(folder, f"{error.filename}: {error.strerror}.") from error
    except (ValueError, RecordProblem) as error:
        raise _not_repeatable(folder, f"{error}.") from error
    return recipe, trials


def trial_of(member: MemberSpec, trials: list[Trial], folder: Any) -> Trial:
    """Return the trial that a member of the recipe came from."""
    wanted = _content(member)
    for trial in trials:
        if trial.state is TrialState.COMPLETE and _content(trial) == wanted:
            return trial
    raise _not_repeatable(folder, f"No trial is the origin of the member {member.name!r}.")


def _content(found: MemberSpec | Trial) -> tuple[object, ...]:
    return found.estimator, found.view, dict(found.params), found.n_iterations


def _not_repeatable(folder: Any, why: str) -> RunError:
    return RunError(
        f"The run in {str(folder)!r} cannot be repeated.",
        why=why,
        fix="Set replay to the folder of a search that succeeded, or to '' to search.",
    )
