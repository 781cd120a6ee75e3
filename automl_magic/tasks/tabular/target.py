"""target: infer the task from the target: its kind, its classes, and the labelled rows."""

from __future__ import annotations

from automl_magic.display.text import quote_name
from automl_magic.errors import PlanError, TargetNotUsable, shorten
from automl_magic.recipe.values import to_float
from automl_magic.records import (
    Answer,
    Column,
    ColumnKind,
    Dataset,
    Decision,
    DecisionKind,
    TaskKind,
)
from automl_magic.tasks.target import Target, target_rule

# Scores and grades have up to ten integer values. Measurements nearly always have more.
MAX_NUMERIC_CLASSES = 10
# With more distinct labels per row, they identify rows instead of classes.
MAX_SHARE_OF_LABELS = 0.5
MAX_CLASSES = 1_000


def read_target(dataset: Dataset, name: str, requested: TaskKind | None) -> Target:
    """Infer the task from the target column, or check that the requested task fits it.

    Raises
    ------
    TargetNotUsable
        If the target can't be predicted: one value, all missing, one label per row, dates, ….
    PlanError
        If the requested task doesn't fit the values.
    """
    column = dataset.column(name)
    _check_usable(column, dataset.n_rows)
    kind = requested or _infer(column, dataset.n_rows)
    classes = tuple(column.summary.get("classes", ())) if kind.has_classes else ()
    if kind.answer is Answer.NUMBER:
        _check_numeric(column)
    else:
        _check_classes(column, kind, classes, dataset.n_rows - column.n_missing)
    return Target(
        kind=kind,
        classes=classes,
        counts=tuple(column.summary.get("counts", ())) if classes else (),
        n_labelled=dataset.n_rows - column.n_missing,
        parse=target_rule(column),
        decision=_decide(column, kind, requested is not None),
    )


def _check_usable(column: Column, n_rows: int) -> None:
    name = column.name
    if column.n_missing >= n_rows:
        raise TargetNotUsable(
            f"The target {quote_name(name)} is empty.",
            why=f"It has no value in any of {n_rows:,} rows.",
            fix="Choose another column with --target, or fill in its values.",
        )
    if column.n_unique < 2:
        raise TargetNotUsable(
            f"The target {quote_name(name)} has only one value.",
            why=f"All {n_rows - column.n_missing:,} values are the same, so there is nothing "
            "to predict.",
            fix="Choose another column with --target.",
        )
    if n_infinite := column.summary.get("n_infinite", 0):
        raise TargetNotUsable(
            f"The target {quote_name(name)} has infinite values.",
            why=f"{n_infinite:,} of {n_rows:,} rows are infinite, so errors can't be computed.",
            fix="Remove these rows, or clear their target values: rows without one are excluded.",
        )
    if column.kind is ColumnKind.DATE:
        raise TargetNotUsable(
            f"The target {quote_name(name)} contains dates.",
            why="Dates can't be predicted as classes or numbers.",
            fix="Add a numeric column to predict instead, such as days until the date.",
        )


def _is_number(column: Column) -> bool:
    # Long integers that floats can't tell apart are labels.
    is_label = column.kind in (ColumnKind.CATEGORY, ColumnKind.HIGH_CARDINALITY)
    return column.kind is ColumnKind.NUMBER or (column.stored_as == "number" and not is_label)


def _infer(column: Column, n_rows: int) -> TaskKind:
    if column.n_unique == 2:
        return TaskKind("binary")
    if not _is_number(column):
        return TaskKind("multiclass")
    is_class_like = column.n_unique <= min(MAX_NUMERIC_CLASSES, MAX_SHARE_OF_LABELS * n_rows)
    return TaskKind("multiclass" if is_class_like and _has_integer_values(column) else "regression")


def _has_integer_values(column: Column) -> bool:
    classes = column.summary.get("classes", (0.5,))
    return all(to_float(value, column.parse).is_integer() for value in classes)


def _check_numeric(column: Column) -> None:
    if not _is_number(column):
        raise PlanError(
            f"The target {quote_name(column.name)} isn't numeric, but a regression needs numbers.",
            why=f"Its values are {column.stored_as} ({column.n_unique:,} distinct).",
            fix=f"Use --task {'binary' if column.n_unique == 2 else 'multiclass'}.",
        )


def _check_classes(
    column: Column, kind: TaskKind, classes: tuple[object, ...], n_labelled: int
) -> None:
    n_classes = column.n_unique
    if kind.answer is Answer.TWO_CLASSES and n_classes != 2:
        raise PlanError(
            f"The target {quote_name(column.name)} has {n_classes:,} classes. A binary "
            "task needs 2.",
            why=f"Its values are {shorten([str(label) for label in classes])}."
            if classes
            else f"It has {n_classes:,} distinct values.",
            fix="Use --task regression." if _is_number(column) else "Use --task multiclass.",
        )
    if kind.answer is Answer.CLASSES and n_classes == 2:
        raise PlanError(
            f"The target {quote_name(column.name)} has 2 classes. A multiclass task needs more.",
            why=f"Its values are {shorten([str(label) for label in classes])}.",
            fix="Use --task binary.",
        )
    if n_classes > max(2, MAX_SHARE_OF_LABELS * n_labelled):
        raise TargetNotUsable(
            f"The target {quote_name(column.name)} has a different label in nearly every row.",
            why=f"It has {n_classes:,} distinct values in {n_labelled:,} rows. A class needs "
            "several rows to learn from.",
            fix="Use --task regression."
            if _is_number(column)
            else "Choose another column with --target.",
        )
    if n_classes > MAX_CLASSES or len(classes) != n_classes:
        raise TargetNotUsable(
            f"The target {quote_name(column.name)} has too many classes.",
            why=f"It has {n_classes:,} distinct values. The maximum is {MAX_CLASSES:,} classes.",
            fix="Use --task regression." if _is_number(column) else "Merge rare values into one.",
        )


def _decide(column: Column, kind: TaskKind, was_requested: bool) -> Decision:
    evidence = {"n_unique": column.n_unique, "stored_as": column.stored_as}
    if was_requested:
        why = "You set this."
    elif kind.answer is Answer.TWO_CLASSES:
        why = "The target has two values."
    elif not _is_number(column):
        why = f"The target is {column.stored_as} with {column.n_unique:,} values."
    elif kind.answer is Answer.CLASSES:
        why = (
            f"The target has {column.n_unique} distinct integer values. Integers with at most "
            f"{MAX_NUMERIC_CLASSES} distinct values are treated as classes: often ratings or codes."
        )
    else:
        why = f"The target is a number with {column.n_unique:,} values."
    rejected = {
        Answer.TWO_CLASSES: (),
        Answer.CLASSES: (
            "regression: use --task regression if the values are evenly spaced amounts",
        )
        if _is_number(column)
        else (),
        Answer.NUMBER: ("multiclass: use --task multiclass if the values are codes",),
    }[kind.answer]
    return Decision(
        about=DecisionKind.TASK,
        choice=str(kind),
        why=why,
        evidence=evidence,
        rejected=() if was_requested else rejected,
    )
