"""choose: the split, the number of folds and repeats, and the holdout, with reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from automl_magic.display.text import quote_name
from automl_magic.errors import PlanError, TooFewRows
from automl_magic.recipe.values import Array
from automl_magic.records import (
    Answer,
    Column,
    ColumnKind,
    Dataset,
    Decision,
    DecisionKind,
    Split,
    SplitKind,
)
from automl_magic.records.plans.experiment import CrossValidation
from automl_magic.tasks.target import Target
from automl_magic.tasks.validation.parts import MIN_HOLDOUT_ROWS

DEFAULT_FOLDS = 5
# (rows, repeats): with fewer rows than this, use this many repeats.
REPEATS = ((300, 4), (1_000, 3), (2_000, 2))
# With fewer rows, a fifth of them is better used for training than for one noisy score.
MIN_ROWS_FOR_HOLDOUT = 200
MIN_GROUPS_FOR_HOLDOUT = 10
HOLDOUT_SHARE, FULL_SHARE_ROWS, SHARE_OF_FURTHER_ROWS = 0.2, 10_000, 0.1
MAX_HOLDOUT_ROWS = 20_000
# Rows count as ordered in time if nearly all have distinct times.
DISTINCT_TIMES = 0.95


# From the kind of split, its column and its date format: the group of each labelled row, or its
# number of earlier rows.
ReadUnits: TypeAlias = Callable[[SplitKind, str, str | None], Array]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A split and the reasons for it."""

    split: Split
    decisions: tuple[Decision, ...]


def choose_split(
    cv: CrossValidation, dataset: Dataset, target: Target, read_units: ReadUnits
) -> Choice:
    """Choose the unset options of the split, and check the others.

    Parameters
    ----------
    read_units : callable
        `parts.split_values` for the labelled rows.

    Raises
    ------
    PlanError
        If the split doesn't fit the task, or lacks its column.
    TooFewRows
        If there are too few rows for the folds or the holdout.
    """
    kind, column, about_kind = _kind(cv, dataset, target)
    date_format = column.parse.get("date_format") if column and kind is SplitKind.TIME else None
    n_units = target.n_labelled
    if column is not None:
        units = np.sort(read_units(kind, column.name, date_format))
        n_units = int(np.count_nonzero(np.diff(units))) + (len(units) > 0)
    holdout, about_holdout = _holdout(cv, kind, target.n_labelled, n_units)
    folds, about_folds = _folds(
        cv, kind, n_rows=target.n_labelled, n_units=n_units, holdout=holdout
    )
    repeats, about_repeats = _repeats(cv.repeats, kind, target.n_labelled)
    split = Split(
        kind=kind,
        folds=folds,
        holdout=holdout,
        seed=cv.seed,
        repeats=repeats,
        column=column.name if column is not None else None,
        date_format=date_format,
    )
    return Choice(split=split, decisions=(about_kind, about_folds, about_repeats, about_holdout))


def _kind(
    cv: CrossValidation, dataset: Dataset, target: Target
) -> tuple[SplitKind, Column | None, Decision]:
    column = dataset.column(cv.column) if cv.column is not None else None
    if cv.type is not None:
        return cv.type, _check_split_column(cv.type, column, dataset, target), _requested_split(cv)
    if column is not None:
        kind = SplitKind.TIME if column.kind is ColumnKind.DATE else SplitKind.GROUPED
        why = f"cv.column is {quote_name(column.name)}, " + (
            "which contains dates."
            if kind is SplitKind.TIME
            else "which doesn't contain dates, so its values are used as groups."
        )
        return kind, column, _decision(DecisionKind.SPLIT, kind.value, why, {"column": column.name})
    if (ordered := _ordered_column(dataset)) is not None:
        return SplitKind.TIME, ordered, _time_decision(ordered, dataset.n_rows)
    if target.kind.answer is Answer.NUMBER:
        why = "The target is a number, and there is no group or time column."
        return (
            SplitKind.KFOLD,
            None,
            _decision(DecisionKind.SPLIT, "kfold", why, {}, _REJECTED_SPLITS),
        )
    why = "Each fold keeps the class proportions, so no fold lacks a rare class."
    evidence = {"rarest_class_rows": min(target.counts, default=0)}
    return (
        SplitKind.STRATIFIED,
        None,
        _decision(DecisionKind.SPLIT, "stratified", why, evidence, _REJECTED_SPLITS),
    )


_REJECTED_SPLITS = (
    "grouped: use it (cv.type and cv.column) if several rows belong to one person or thing",
    "time: use it (cv.type and cv.column) if the model will predict later rows than it trains on",
)


def _check_split_column(
    kind: SplitKind, column: Column | None, dataset: Dataset, target: Target
) -> Column | None:
    if kind is SplitKind.STRATIFIED and target.kind.answer is Answer.NUMBER:
        raise PlanError(
            "A stratified split needs classes.",
            why=f"The task is {target.kind}, and its target is a number.",
            fix="Set cv.type to kfold.",
        )
    if kind in (SplitKind.STRATIFIED, SplitKind.KFOLD):
        if column is not None:
            raise PlanError(
                f"A {kind.value} split doesn't use a column.",
                why=f"cv.column is {quote_name(column.name)}, but only grouped and time "
                "splits use it.",
                fix="Set cv.type to grouped or time, or remove cv.column.",
            )
        return None
    if column is None and kind is SplitKind.TIME:
        column = _only_date(dataset)
    if column is None:
        option = "--group" if kind is SplitKind.GROUPED else "--time"
        raise PlanError(
            f"A {kind.value} split needs a column.",
            why="cv.column isn't set, so the column with "
            + ("the groups is unknown." if kind is SplitKind.GROUPED else "the time is unknown."),
            fix=f"Use {option} COLUMN, or set cv.column.",
        )
    if kind is SplitKind.TIME and column.stored_as == "text" and column.kind is not ColumnKind.DATE:
        raise PlanError(
            f"The column {quote_name(column.name)} doesn't contain times.",
            why=f"Its inferred type is {column.kind.value}: {column.reason}",
            fix="Choose a column with dates or numbers, or set its type in features.kinds.",
        )
    return column


def _only_date(dataset: Dataset) -> Column | None:
    dates = [column for column in dataset.columns if column.kind is ColumnKind.DATE]
    return dates[0] if len(dates) == 1 else None


def _ordered_column(dataset: Dataset) -> Column | None:
    for column in dataset.columns:
        ordered = column.kind is ColumnKind.DATE and column.summary.get("ordered") is True
        if ordered and column.n_unique >= DISTINCT_TIMES * dataset.n_rows:
            return column
    return None


def _time_decision(column: Column, n_rows: int) -> Decision:
    return _decision(
        DecisionKind.SPLIT,
        "time",
        f"The rows are ordered by {quote_name(column.name)}, with nearly all times "
        "distinct, so the "
        "model will probably predict rows later than its training rows.",
        {"column": column.name, "n_unique": column.n_unique, "rows": n_rows},
        ("kfold or stratified (cv.type): the model would be trained on later rows",),
    )


def _requested_split(cv: CrossValidation) -> Decision:
    choice = cv.type.value if cv.type is not None else ""
    evidence = {"column": cv.column} if cv.column is not None else {}
    return _decision(DecisionKind.SPLIT, choice, "You set this.", evidence)


def _holdout(
    cv: CrossValidation, kind: SplitKind, n_rows: int, n_units: int
) -> tuple[float, Decision]:
    evidence = {"rows": n_rows}
    if cv.holdout is not None:
        if 0 < cv.holdout * n_rows < MIN_HOLDOUT_ROWS:
            raise TooFewRows(
                f"A holdout of {cv.holdout:g} is too small for a score.",
                why=f"It would have {cv.holdout * n_rows:.1f} of {n_rows:,} rows. The minimum is "
                f"{MIN_HOLDOUT_ROWS}.",
                fix="Use --holdout 0, or a larger fraction.",
            )
        return cv.holdout, _decision(
            DecisionKind.HOLDOUT, f"{cv.holdout:g}", "You set this.", evidence
        )
    if n_rows < MIN_ROWS_FOR_HOLDOUT:
        why = f"With fewer than {MIN_ROWS_FOR_HOLDOUT} rows, a holdout score is too noisy."
        return 0.0, _decision(
            DecisionKind.HOLDOUT, "0", why, evidence, ("0.2: set it with --holdout",)
        )
    if kind is SplitKind.GROUPED and n_units < MIN_GROUPS_FOR_HOLDOUT:
        why = f"There are only {n_units} groups, so holding some out leaves too few for training."
        return 0.0, _decision(DecisionKind.HOLDOUT, "0", why, {**evidence, "groups": n_units})
    n_holdout = min(
        HOLDOUT_SHARE * min(n_rows, FULL_SHARE_ROWS)
        + SHARE_OF_FURTHER_ROWS * max(0, n_rows - FULL_SHARE_ROWS),
        MAX_HOLDOUT_ROWS,
    )
    share = float(f"{n_holdout / n_rows:.2g}")
    why = "Rows that no choice has seen give an unbiased score."
    rejected = (
        "0: the cross-validation score is optimistic, because it was used to choose the model",
    )
    return share, _decision(DecisionKind.HOLDOUT, f"{share:g}", why, evidence, rejected)


def _folds(
    cv: CrossValidation,
    kind: SplitKind,
    *,
    n_rows: int,
    n_units: int,
    holdout: float,
) -> tuple[int, Decision]:
    units = {SplitKind.GROUPED: "groups", SplitKind.TIME: "times"}.get(kind, "rows")
    other = {SplitKind.GROUPED: "group", SplitKind.TIME: "time"}.get(kind)
    more = f"Choose another column with --{other}, or omit it." if other else "Add more rows."
    n_available = int(n_units * (1 - holdout))
    # A time split needs one more block than folds: the first only trains.
    max_folds = n_available - 1 if kind is SplitKind.TIME else n_available
    if cv.folds is not None:
        if cv.folds > max_folds:
            raise TooFewRows(
                f"Can't make {cv.folds} folds.",
                why=f"There are {n_units:,} {units}, of which {max_folds:,} can be split into "
                "folds.",
                fix=f"Use --folds {max_folds}." if max_folds >= 2 else more,
            )
        return cv.folds, _decision(
            DecisionKind.FOLDS, str(cv.folds), "You set this.", {units: n_units}
        )
    if max_folds < 2:
        raise TooFewRows(
            f"There are too few {units} for cross-validation.",
            why=f"There {'is' if n_units == 1 else 'are'} {n_units:,}. The minimum is two folds.",
            fix=more,
        )
    folds = min(DEFAULT_FOLDS, max_folds)
    why = (
        "Each of five folds trains on 80% of the rows, at five times the cost of one model. If "
        "time is short, the search fits fewer folds."
        if folds == DEFAULT_FOLDS
        else f"There are only {n_units:,} {units} to split."
    )
    return folds, _decision(DecisionKind.FOLDS, str(folds), why, {"rows": n_rows})


def _repeats(requested: int | None, kind: SplitKind, n_rows: int) -> tuple[int, Decision]:
    evidence = {"rows": n_rows}
    if kind in (SplitKind.GROUPED, SplitKind.TIME):
        if requested is not None and requested > 1:
            raise PlanError(
                f"A {kind.value} split can't be repeated.",
                why=f"cv.repeats is {requested}, but groups and times can be split in only one "
                "way.",
                fix="Remove cv.repeats.",
            )
        why = "Groups and times can be split in only one way."
        return 1, _decision(DecisionKind.REPEATS, "1", why, evidence)
    if requested is not None:
        return requested, _decision(DecisionKind.REPEATS, str(requested), "You set this.", evidence)
    repeats = next((n_repeats for max_rows, n_repeats in REPEATS if n_rows < max_rows), 1)
    if repeats == 1:
        why = "With this many rows, a different split would change little."
        return 1, _decision(DecisionKind.REPEATS, "1", why, evidence)
    why = (
        f"With {n_rows:,} rows, a score depends on how they are split, so cross-validation is "
        f"repeated {repeats} times, and the predictions for each row are averaged."
    )
    rejected = ("1: the chosen model would depend on the luck of one split",)
    return repeats, _decision(DecisionKind.REPEATS, str(repeats), why, evidence, rejected)


def _decision(
    about: DecisionKind,
    choice: str,
    why: str,
    evidence: Mapping[str, object],
    rejected: tuple[str, ...] = (),
) -> Decision:
    return Decision(about=about, choice=choice, why=why, evidence=evidence, rejected=rejected)
