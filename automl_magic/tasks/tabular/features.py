"""features: the columns that models use, and their feature steps.

There are two basic views: `tree` keeps missing values and category codes, which boosted trees
support. `dense` contains numbers without NaN, for linear models and forests. Two more are added
if needed: `rich` is `tree` with combinations of columns. `levels` is `tree` with the codes of
high-cardinality columns, for libraries that encode them natively.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from automl_magic.records import (
    EXCLUDED,
    Column,
    ColumnKind,
    Dataset,
    Decision,
    DecisionKind,
    StepSpec,
)
from automl_magic.records.plans.experiment import FeatureSelection

Rule: TypeAlias = tuple[tuple[str, str], ...]

# LightGBM and XGBoost use at most one byte of bins for category codes.
MAX_CODES = 255
# One-hot columns are for linear models, which can't fit a coefficient to a level with few rows.
MAX_ONE_HOT_LEVELS = 50
ONE_HOT_MIN_COUNT = 3
TARGET_MEAN = {"smoothing": 10.0, "n_folds": 5}
MAX_TERMS, MAX_TERMS_OF_SMALL_TABLES, SMALL_TABLE_ROWS = 5_000, 2_000, 2_000
# With few rows, topics are noise next to the forecast: 16 topics cost 0.007 AUC on 900 rows, and 32
# improved the log loss by 1.6% on 12,000 rows.
ROWS_PER_TOPIC, MAX_TOPICS, MAX_TOPICS_OF_PIECES = 400, 32, 8
# Without a forecast, topics are the only features of a text.
TOPICS_OF_SMALL_TABLES = 16
# Character n-grams cost several times as much as words, so they use fewer folds.
PIECES_PARAMS = {"analyzer": "char_wb", "forecast": True, "n_folds": 3}
# A linear model per class is slow.
MAX_FORECASTS = 30
DATE_OUTPUTS, MAX_OUTPUTS_OF_PAIRS = 6, 20
# With more outputs, the weak ones cost more time than they are worth.
MAX_OUTPUTS = 200

_EXCLUDED_KINDS = {
    ColumnKind.ID: "each row has its own value, so a model could only memorize it",
    ColumnKind.CONSTANT: "it has only one value, so it can't distinguish rows",
}
_LABELS = (ColumnKind.BOOLEAN, ColumnKind.CATEGORY, ColumnKind.HIGH_CARDINALITY)


def views(
    dataset: Dataset,
    target: str,
    exclude: Collection[str],
    *,
    select: FeatureSelection = FeatureSelection.AUTO,
) -> dict[str, tuple[StepSpec, ...]]:
    """Return the feature steps of the views: `tree`, `dense`, and `rich` and `levels` if needed.

    Parameters
    ----------
    exclude
        The columns to exclude from all views; see `excluded_columns`.
    select
        The outputs of each view to keep. AUTO: the 200 with the most mutual information, if there
        are more. MUTUAL_INFORMATION: the better half, at most 200. BORUTA: those not shown to be
        useless. NONE: all.
    """
    columns = [
        _as_used(column)
        for column in dataset.columns
        if column.name != target
        and column.name not in exclude
        and column.kind is not ColumnKind.CONSTANT
    ]
    forecast = _n_forecasts(dataset, target) <= MAX_FORECASTS
    tree = tuple(_steps(columns, dataset.n_rows, tree=True, forecast=forecast))
    dense = tuple(_steps(columns, dataset.n_rows, tree=False, forecast=forecast))
    combinations = tuple(_combination_steps(columns, dataset.n_rows, forecast=forecast))
    coded = tuple(_code_steps(columns))
    steps_by_view = {"tree": tree, "dense": dense}
    steps_by_view |= {"rich": (*tree, *combinations)} if combinations else {}
    steps_by_view |= {"levels": (*tree, *coded)} if coded else {}
    levels = {column.name: column.n_unique for column in columns}
    return {
        name: (*steps, *_selection_steps(steps, levels, select))
        for name, steps in steps_by_view.items()
    }


def excluded_columns(
    dataset: Dataset,
    target: str,
    exclude: Collection[str] = (),
    keep: Collection[str] = (),
    include: Collection[str] = (),
) -> dict[str, Decision]:
    """Return the columns to exclude from all models, each with the reason.

    Parameters
    ----------
    exclude
        Columns excluded by the user.
    keep
        Columns with a kind set by the user. They are kept even if a check excludes them.
    include
        Columns requested by name. They are kept even if a check excludes them or they are IDs.
    """
    finding_by_column = {name: finding for finding in dataset.findings for name in finding.drop}
    decisions = {}
    for column in dataset.columns:
        name = column.name
        if name == target:
            continue
        if name in exclude:
            decisions[name] = _exclude_decision(name, "You excluded it.", {})
        elif column.kind in _EXCLUDED_KINDS and not (
            column.kind is ColumnKind.ID and name in include
        ):
            decisions[name] = _exclude_decision(
                name,
                f"{column.reason} It's excluded: {_EXCLUDED_KINDS[column.kind]}.",
                _counts(column),
            )
        elif name in finding_by_column and name not in (*keep, *include):
            finding = finding_by_column[name]
            decisions[name] = _exclude_decision(
                name,
                f"{finding.code}: {finding.detail}",
                {"code": finding.code, **finding.evidence},
            )
    return decisions


def _exclude_decision(name: str, why: str, evidence: Mapping[str, object]) -> Decision:
    return Decision(
        about=DecisionKind.COLUMN,
        name=name,
        choice=EXCLUDED,
        why=why,
        evidence=evidence,
        rejected=("keep it: to use it, set its type under features.kinds",),
    )


def _counts(column: Column) -> dict[str, object]:
    return {"n_unique": column.n_unique, "n_missing": column.n_missing}


def _steps(
    columns: Iterable[Column], n_rows: int, *, tree: bool, forecast: bool
) -> Iterable[StepSpec]:
    by_kind: dict[ColumnKind, list[Column]] = {}
    for column in columns:
        by_kind.setdefault(_kind_used(column, tree=tree), []).append(column)
    for kind, group in by_kind.items():
        match kind:
            case ColumnKind.NUMBER:
                yield from _numbers(group, tree=tree)
            case ColumnKind.BOOLEAN:
                yield from _booleans(group, tree=tree)
            case ColumnKind.CATEGORY:
                yield _category(group, tree=tree)
            case ColumnKind.HIGH_CARDINALITY:
                yield StepSpec(kind="target_mean", columns=_names(group), params=TARGET_MEAN)
            case ColumnKind.DATE:
                yield from _dates(group, tree=tree)
            case ColumnKind.TEXT:
                # One step per column, because joint topics would mix their words.
                for column in group:
                    yield _text(column, _text_params(n_rows, forecast=forecast))


def _text_params(n_rows: int, *, forecast: bool) -> dict[str, object]:
    """Return the parameters of the text step, whose width depends on the number of rows."""
    small = n_rows < SMALL_TABLE_ROWS
    topics = TOPICS_OF_SMALL_TABLES if small else MAX_TOPICS
    return {
        "max_features": MAX_TERMS_OF_SMALL_TABLES if small else MAX_TERMS,
        "components": min(MAX_TOPICS, n_rows // ROWS_PER_TOPIC) if forecast else topics,
        "forecast": forecast,
    }


def _combination_steps(
    columns: Sequence[Column], n_rows: int, *, forecast: bool
) -> Iterable[StepSpec]:
    """Return the steps that combine columns, and the character n-grams of texts."""
    numbers = [column for column in columns if column.kind is ColumnKind.NUMBER]
    labels = [column for column in columns if column.kind in _LABELS]
    rules = {column.name: dict(rule) for column in numbers if (rule := _number_rule(column))}
    parse: dict[str, object] = {"parse": rules} if rules else {}
    if len(numbers) > 1:
        yield StepSpec(kind="interaction", columns=_names(numbers), params=parse)
    if len(labels) > 1:
        yield StepSpec(kind="cross", columns=_names(labels))
    if numbers and labels:
        params = {"by": list(_names(labels)), **parse}
        yield StepSpec(kind="group", columns=_names([*labels, *numbers]), params=params)
    with_missing = [column for column in columns if column.n_missing]
    if len(with_missing) > 1:
        yield StepSpec(kind="missing", columns=_names(with_missing))
    for column in columns:
        if column.kind is ColumnKind.TEXT and forecast:
            topics = min(MAX_TOPICS_OF_PIECES, n_rows // ROWS_PER_TOPIC)
            yield _text(column, {**PIECES_PARAMS, "components": topics})


def _code_steps(columns: Iterable[Column]) -> Iterable[StepSpec]:
    """Return the step with the codes of levels that `tree` only has as means."""
    columns_with_codes = [
        c for c in columns if _kind_used(c, tree=True) is ColumnKind.HIGH_CARDINALITY
    ]
    if columns_with_codes:
        yield StepSpec(kind="category", columns=_names(columns_with_codes))


def _selection_steps(
    steps: Iterable[StepSpec], levels: Mapping[str, int], select: FeatureSelection
) -> Iterable[StepSpec]:
    n_outputs = sum(_n_outputs(step, levels) for step in steps)
    limit = MAX_OUTPUTS
    match select:
        case FeatureSelection.BORUTA:
            yield StepSpec(kind="select", columns=(), params={"method": "boruta", "most": None})
            return
        case FeatureSelection.MUTUAL_INFORMATION:
            limit = min(MAX_OUTPUTS, math.ceil(n_outputs / 2))
        case FeatureSelection.NONE:
            return
    if n_outputs > limit:
        params = {"method": "mutual_information", "most": limit}
        yield StepSpec(kind="select", columns=(), params=params)


def _n_outputs(step: StepSpec, levels: Mapping[str, int]) -> int:
    """Return an upper estimate of the number of outputs of a step."""
    match step.kind:
        case "one_hot":
            return sum(min(levels[name], MAX_ONE_HOT_LEVELS) for name in step.columns)
        case "text":
            return int(step.params["components"]) + 1
        case "date":
            return DATE_OUTPUTS * len(step.columns)
        case "interaction" | "cross" | "group":
            return MAX_OUTPUTS_OF_PAIRS
        case _:
            return len(step.columns)


def _n_forecasts(dataset: Dataset, target: str) -> int:
    """Return the number of linear forecasts of a text step: one per class, or one."""
    column = dataset.column(target)
    return column.n_unique if column.kind in _LABELS else 1


def _as_used(column: Column) -> Column:
    """Return a column with the kind that models use: labels for personal data and for IDs of text.

    Personal numbers, such as card numbers, are no quantities, and the splits of trees would reveal
    them.
    """
    if column.personal is not None:
        return replace(column, kind=ColumnKind.CATEGORY, parse={})
    if column.kind is ColumnKind.ID:
        is_number = column.stored_as == "number"
        return replace(column, kind=ColumnKind.NUMBER if is_number else ColumnKind.HIGH_CARDINALITY)
    return column


def _kind_used(column: Column, *, tree: bool) -> ColumnKind:
    max_levels = MAX_CODES if tree else MAX_ONE_HOT_LEVELS
    if column.kind is ColumnKind.CATEGORY and column.n_unique > max_levels:
        return ColumnKind.HIGH_CARDINALITY
    return column.kind


def _numbers(columns: Iterable[Column], *, tree: bool) -> Iterable[StepSpec]:
    fill = {} if tree else {"fill": "median", "scale": True, "indicator": True}
    for rule, group in _by_rule(columns, _number_rule).items():
        parse = {"parse": dict(rule)} if rule else {}
        yield StepSpec(kind="number", columns=_names(group), params={**parse, **fill})


def _booleans(columns: Iterable[Column], *, tree: bool) -> Iterable[StepSpec]:
    fill = {} if tree else {"fill": "most_frequent"}
    for rule, group in _by_rule(columns, _boolean_rule).items():
        yield StepSpec(kind="boolean", columns=_names(group), params={**dict(rule), **fill})


def _category(columns: list[Column], *, tree: bool) -> StepSpec:
    if tree:
        return StepSpec(kind="category", columns=_names(columns))
    params = {"min_count": ONE_HOT_MIN_COUNT, "max_levels": MAX_ONE_HOT_LEVELS}
    return StepSpec(kind="one_hot", columns=_names(columns), params=params)


def _dates(columns: Sequence[Column], *, tree: bool) -> Iterable[StepSpec]:
    fill: dict[str, object] = {} if tree else {"fill": "median", "scale": True}
    for rule, group in _by_rule(columns, _date_rule).items():
        yield StepSpec(kind="date", columns=_names(group), params={**dict(rule), **fill})
    if len(columns) > 1:
        formats = {column.name: rule[0][1] for column in columns if (rule := _date_rule(column))}
        format_params = {"date_formats": formats} if formats else {}
        yield StepSpec(kind="elapsed", columns=_names(columns), params={**format_params, **fill})


def _text(column: Column, params: Mapping[str, object]) -> StepSpec:
    return StepSpec(kind="text", columns=(column.name,), params=dict(params))


def _number_rule(column: Column) -> Rule:
    if column.stored_as != "text":
        return ()
    return tuple(
        (key, column.parse[key]) for key in ("decimal", "thousands") if key in column.parse
    )


def _boolean_rule(column: Column) -> Rule:
    return tuple((word, column.parse[word]) for word in ("true", "false"))


def _date_rule(column: Column) -> Rule:
    return tuple((key, column.parse[key]) for key in ("date_format",) if key in column.parse)


def _by_rule(
    columns: Iterable[Column], rule_of: Callable[[Column], Rule]
) -> dict[Rule, list[Column]]:
    """Group columns that are parsed by the same rule, because a step has only one."""
    groups: dict[Rule, list[Column]] = {}
    for column in columns:
        groups.setdefault(rule_of(column), []).append(column)
    return groups


def _names(columns: Iterable[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)
