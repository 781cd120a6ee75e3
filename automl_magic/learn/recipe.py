"""recipe: the ensemble as a document, with all it takes to fit it again."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import TYPE_CHECKING, Any

from automl_magic.learn.candidate import read_views
from automl_magic.recipe import MemberSpec, Recipe, member
from automl_magic.records import ColumnKind, StepSpec

if TYPE_CHECKING:
    from automl_magic.learn.ensemble import Ensemble
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task

# What a step says about the columns that it reads. The last one wins where two views differ: one
# view may take as a category what another needs as a target mean.
KIND_OF_STEP = {
    "number": ColumnKind.NUMBER,
    "boolean": ColumnKind.BOOLEAN,
    "category": ColumnKind.CATEGORY,
    "one_hot": ColumnKind.CATEGORY,
    "target_mean": ColumnKind.HIGH_CARDINALITY,
    "date": ColumnKind.DATE,
    "text": ColumnKind.TEXT,
    "elapsed": ColumnKind.DATE,
    # The other steps of a view say more of the columns that these read too.
    "interaction": ColumnKind.NUMBER,
    "cross": ColumnKind.CATEGORY,
    "group": ColumnKind.NUMBER,
    "missing": ColumnKind.NUMBER,
    "select": ColumnKind.NUMBER,
}
ALWAYS = ("numpy", "pandas", "scikit-learn", "threadpoolctl")


def recipe(
    task: Task,
    split: SplitRows,
    views: Mapping[str, Sequence[Any]],
    ensemble: Ensemble,
    *,
    data_fingerprint: str = "",
) -> Recipe:
    """Write the ensemble down as a recipe. Nothing is fitted.

    All views are kept, so that any other trial of the search can be written down too.
    `data_fingerprint` is that of the table as it was loaded; a rerun compares it.
    """
    steps = read_views(views)
    members = _members(task, ensemble)
    estimators = {one.estimator for one in members}
    return Recipe(
        task=task.kind,
        target=task.target,
        metric=task.metric.name,
        classes=task.classes if task.kind.has_classes else (),
        columns=columns_of(steps),
        views=steps,
        members=members,
        blend=ensemble.blend,
        calibration=ensemble.calibration,
        threshold=ensemble.threshold,
        class_weight=task.class_weight,
        split=split.split,
        fold_sha256=split.fold_sha256,
        seed=task.seed,
        threads=_threads(task, members),
        versions=_versions(estimators),
        data_fingerprint=data_fingerprint,
    )


def _members(task: Task, ensemble: Ensemble) -> tuple[MemberSpec, ...]:
    members: list[MemberSpec] = []
    for chosen in ensemble.members:
        trial = chosen.scored.trial
        # Two variations of one candidate have its name; two members may not have one name.
        taken = {one.name for one in members}
        name = f"{trial.candidate}_{trial.number}" if trial.candidate in taken else trial.candidate
        members.append(
            MemberSpec(
                name=name,
                estimator=trial.estimator,
                view=trial.view,
                params=trial.params,
                n_iterations=trial.n_iterations,
                weight=chosen.weight,
                seeds=_seeds(task, trial.estimator, ensemble.n_seeds),
            )
        )
    return tuple(members)


def _seeds(task: Task, estimator: str, n_seeds: int) -> tuple[int, ...]:
    return tuple(task.seed + i for i in range(n_seeds if member(estimator).is_random else 1))


def _threads(task: Task, members: Sequence[MemberSpec]) -> int:
    """Return the threads of each fit: all of them, where there are not fits enough to fill them."""
    return max(1, task.threads // sum(len(member.seeds) for member in members))


def columns_of(views: Mapping[str, tuple[StepSpec, ...]]) -> dict[str, str]:
    """Return the kind that each column is used as, by what the steps of some views say."""
    ranks = list(dict.fromkeys(KIND_OF_STEP.values()))
    columns: dict[str, ColumnKind] = {}
    for steps in views.values():
        for step in steps:
            kind = KIND_OF_STEP[step.kind]
            for column in step.columns:
                known = columns.get(column, kind)
                columns[column] = max(known, kind, key=ranks.index)
    return {column: kind.value for column, kind in columns.items()}


def _versions(estimators: set[str]) -> dict[str, str]:
    versions = {"python": platform.python_version()}
    versions |= {name: metadata.version(name) for name in ALWAYS}
    for name in sorted(estimators):
        versions |= _installed(member(name).distributions)
    return versions


def _installed(distributions: Sequence[str]) -> dict[str, str]:
    """Return the version of the first of some distributions that is installed here."""
    for name in distributions:
        with contextlib.suppress(metadata.PackageNotFoundError):
            # "2.13.0+cpu" is a build that no index may have under that name.
            return {name: metadata.version(name).partition("+")[0]}
    return {}
