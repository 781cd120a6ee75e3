"""The columns an experiment names: are they there, and may they be used so?"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from automl_magic.errors import PlanError, TargetNotFound, near_miss, shorten
from automl_magic.look.text import quoted
from automl_magic.records import Column, ColumnKind, Dataset, Experiment


def check_columns(
    experiment: Experiment, dataset: Dataset, column_kinds: Sequence[ColumnKind]
) -> None:
    """Check each column that the experiment names; `column_kinds` are what one may be.

    Raises
    ------
    TargetNotFound
        If the target is not in the data; the near miss is offered.
    PlanError
        If another column is not there, the target is excluded, or a kind does not exist.
    """
    names = [column.name for column in dataset.columns]
    if experiment.target not in names:
        raise TargetNotFound(experiment.target, names)
    asked = {
        "cv.column": [experiment.cv.column] if experiment.cv.column is not None else [],
        "features.exclude": experiment.features.exclude,
        "features.kinds": experiment.features.kinds,
        "sensitive": experiment.sensitive,
    }
    for field, columns in asked.items():
        for name in columns:
            if name not in names:
                close = near_miss(name, names)
                raise PlanError(
                    f"The data has no column {quoted(name)}, which {field} names.",
                    why=f"It has {len(names)} columns: {shorten(names)}.",
                    fix=f"Write {quoted(close)}."
                    if close
                    else f"Take {quoted(name)} out of {field}.",
                )
    _check_target(experiment)
    for name, kind in experiment.features.kinds.items():
        if kind not in column_kinds:
            close = near_miss(kind, column_kinds)
            raise PlanError(
                f"The column {quoted(name)} cannot be a {quoted(kind)}.",
                why=f"The kinds are {', '.join(column_kinds)}.",
                fix=f"Write {close}." if close else "Use one of these kinds.",
            )


def with_kinds(dataset: Dataset, experiment: Experiment) -> Dataset:
    """Return the dataset with the kinds that were asked for in place of the inferred ones."""
    kinds = experiment.features.kinds
    if not kinds:
        return dataset
    return dataclasses.replace(
        dataset,
        columns=tuple(
            _as_kind(column, ColumnKind(kinds[column.name])) if column.name in kinds else column
            for column in dataset.columns
        ),
    )


def _as_kind(column: Column, kind: ColumnKind) -> Column:
    if column.kind is kind:
        return column
    # The parse rule belonged to the kind that was inferred.
    return dataclasses.replace(column, kind=kind, parse={}, reason="It was asked to be this kind.")


def _check_target(experiment: Experiment) -> None:
    target = experiment.target
    if target in experiment.features.exclude:
        raise PlanError(
            f"The target {quoted(target)} is excluded.",
            why="features.exclude names it; no model ever sees its target as a feature anyway.",
            fix=f"Take {quoted(target)} out of features.exclude.",
        )
    if target == experiment.cv.column:
        raise PlanError(
            f"The target {quoted(target)} cannot also divide the rows.",
            why="cv.column names it, and a split by the answer would give the answer away.",
            fix="Name another column in cv.column, or leave it out.",
        )
