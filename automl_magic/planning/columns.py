"""Check the columns that an experiment names."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.display.text import quote_name
from automl_magic.errors import PlanError, TargetNotFound, closest_match, shorten
from automl_magic.records import ColumnKind, Dataset, ExperimentSpec


def check_columns(
    experiment: ExperimentSpec, dataset: Dataset, column_kinds: Sequence[ColumnKind]
) -> None:
    """Check each column that the experiment names. `column_kinds` are the valid kinds.

    Raises
    ------
    TargetNotFound
        If the target isn't in the data. The error suggests the closest name.
    PlanError
        If another column isn't in the data, the target is excluded, or a kind is invalid.
    """
    names = [column.name for column in dataset.columns]
    if experiment.target not in names:
        raise TargetNotFound(experiment.target, names)
    columns_by_field = {
        "cv.column": [experiment.cv.column] if experiment.cv.column is not None else [],
        "features.exclude": experiment.features.exclude,
        "features.include": experiment.features.include,
        "missing.columns": experiment.missing.columns,
        "features.kinds": experiment.features.kinds,
        "sensitive": experiment.sensitive,
    }
    for field, columns in columns_by_field.items():
        for name in columns:
            if name not in names:
                close = closest_match(name, names)
                raise PlanError(
                    f"The data has no column {quote_name(name)}, which is set in {field}.",
                    why=f"It has {len(names)} columns: {shorten(names)}.",
                    fix=f"Use {quote_name(close)}."
                    if close
                    else f"Remove {quote_name(name)} from {field}.",
                )
    _check_target(experiment)
    for name, kind in experiment.features.kinds.items():
        if kind not in column_kinds:
            close = closest_match(kind, column_kinds)
            raise PlanError(
                f"Can't set the kind of column {quote_name(name)} to {quote_name(kind)}.",
                why=f"The kinds are {', '.join(column_kinds)}.",
                fix=f"Use {close}." if close else "Use one of these kinds.",
            )


def _check_target(experiment: ExperimentSpec) -> None:
    target = experiment.target
    if target in experiment.features.exclude:
        raise PlanError(
            f"The target {quote_name(target)} is excluded.",
            why="features.exclude contains it. The target is never used as a feature.",
            fix=f"Remove {quote_name(target)} from features.exclude.",
        )
    if target == experiment.cv.column:
        raise PlanError(
            f"Can't split the rows by the target {quote_name(target)}.",
            why="cv.column is the target. Such a split leaks the target.",
            fix="Use another column in cv.column, or remove it.",
        )
