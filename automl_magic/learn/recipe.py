"""recipe: the ensemble as a document with everything needed to refit it."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import TYPE_CHECKING

from automl_magic.learn.candidate import read_views
from automl_magic.recipe import MemberSpec, Recipe, member
from automl_magic.records import ColumnKind, StepSpec

if TYPE_CHECKING:
    from automl_magic.learn.ensemble import Ensemble
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task

# The kind of the columns that a step reads. If two views differ, the last kind here wins: one view
# can use a column as a category and another as a target mean.
KIND_OF_STEP = {
    "number": ColumnKind.NUMBER,
    "boolean": ColumnKind.BOOLEAN,
    "category": ColumnKind.CATEGORY,
    "one_hot": ColumnKind.CATEGORY,
    "target_mean": ColumnKind.HIGH_CARDINALITY,
    "date": ColumnKind.DATE,
    "text": ColumnKind.TEXT,
    "elapsed": ColumnKind.DATE,
    # Other steps of a view are more specific about the columns that these also read.
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
    views: Mapping[str, Sequence[object]],
    ensemble: Ensemble,
    *,
    data_fingerprint: str = "",
) -> Recipe:
    """Return the recipe of an ensemble. Nothing is fitted.

    All views are kept, so that a recipe of any other trial of the search needs nothing else.
    `data_fingerprint` is the fingerprint of the loaded table. A rerun compares it.
    """
    steps = read_views(views)
    members = _members(task, ensemble)
    estimators = {member.estimator for member in members}
    columns = columns_of(steps)
    return Recipe(
        task=task.kind,
        target=task.target,
        metric=task.metric.name,
        classes=task.classes if task.kind.has_classes else (),
        target_parse=task.parse,
        columns=columns,
        personal={name: kind for name, kind in task.personal.items() if name in columns},
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
    for ensemble_member in ensemble.members:
        trial = ensemble_member.result.trial
        # Variations share the name of their candidate, but names of members must be unique.
        used_names = {spec.name for spec in members}
        is_used = trial.candidate in used_names
        name = f"{trial.candidate}_{trial.number}" if is_used else trial.candidate
        members.append(
            MemberSpec(
                name=name,
                estimator=trial.estimator,
                view=trial.view,
                params=trial.params,
                n_iterations=trial.n_iterations,
                weight=ensemble_member.weight,
                seeds=_seeds(task, trial.estimator, ensemble.n_seeds),
            )
        )
    return tuple(members)


def _seeds(task: Task, estimator: str, n_seeds: int) -> tuple[int, ...]:
    return tuple(task.seed + i for i in range(n_seeds if member(estimator).is_random else 1))


def _threads(task: Task, members: Sequence[MemberSpec]) -> int:
    """Return the threads per fit: more than one if there are fewer fits than threads."""
    return max(1, task.threads // sum(len(member.seeds) for member in members))


def columns_of(views: Mapping[str, tuple[StepSpec, ...]]) -> dict[str, str]:
    """Return the kind of each column, from the steps of some views."""
    ranks = list(dict.fromkeys(KIND_OF_STEP.values()))
    columns: dict[str, ColumnKind] = {}
    for steps in views.values():
        for step in steps:
            kind = KIND_OF_STEP[step.kind]
            for column in step.columns:
                previous = columns.get(column, kind)
                columns[column] = max(previous, kind, key=ranks.index)
    return {column: kind.value for column, kind in columns.items()}


def _versions(estimators: set[str]) -> dict[str, str]:
    versions = {"python": platform.python_version()}
    versions |= {name: metadata.version(name) for name in ALWAYS}
    for name in sorted(estimators):
        versions |= _installed(member(name).distributions)
    return versions


def _installed(distributions: Sequence[str]) -> dict[str, str]:
    """Return the version of the first of some distributions that is installed."""
    for name in distributions:
        with contextlib.suppress(metadata.PackageNotFoundError):
            # An index may not have a local build such as "2.13.0+cpu".
            return {name: metadata.version(name).partition("+")[0]}
    return {}
