"""features: which columns a model sees, and through which feature steps.

Two views cover the members: `tree` keeps missing values and category codes, which boosted trees
understand; `dense` is numbers without gaps, for linear models and forests.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from automl_magic.recipe.values import text_of
from automl_magic.records import Column, ColumnKind, Dataset, Decision, StepSpec

Rule: TypeAlias = tuple[tuple[str, str], ...]

# LightGBM and XGBoost keep a category's codes in one byte's worth of bins.
MOST_CODES = 255
# One-hot columns are for linear models: a level of a few rows cannot have a coefficient.
MOST_ONE_HOT_LEVELS = 50
ONE_HOT_MIN_COUNT = 3
TARGET_MEAN = {"smoothing": 10.0, "n_folds": 5}
# Text is the only step whose width is chosen: few rows cannot fill many components.
TEXT_PARAMS = {"max_features": 5_000, "components": 32}
TEXT_PARAMS_OF_SMALL_TABLES = {"max_features": 2_000, "components": 16}
SMALL_TABLE_ROWS = 2_000

_NEVER = {
    ColumnKind.ID: "each row has its own value, so it can only be learnt by heart",
    ColumnKind.CONSTANT: "it has one value, so it tells no two rows apart",
}


def views(
    dataset: Dataset, target: str, exclude: Collection[str]
) -> dict[str, tuple[StepSpec, ...]]:
    """Return the feature steps of the views `tree` and `dense`.

    `exclude` holds the columns that no model may see; see `left_out` for how to collect them.
    """
    columns = [
        column
        for column in dataset.columns
        if column.name != target and column.name not in exclude and column.kind not in _NEVER
    ]
    return {
        "tree": tuple(_steps(columns, dataset.n_rows, tree=True)),
        "dense": tuple(_steps(columns, dataset.n_rows, tree=False)),
    }


def left_out(
    dataset: Dataset, target: str, exclude: Collection[str] = (), keep: Collection[str] = ()
) -> dict[str, Decision]:
    """Return the columns that no model sees, each with the reason.

    Parameters
    ----------
    exclude
        Columns that were asked to be left out.
    keep
        Columns that were asked for by name: they stay, whatever a check says.
    """
    dropped_by = {name: found for found in dataset.findings for name in found.drop}
    decisions = {}
    for column in dataset.columns:
        name = column.name
        if name == target:
            continue
        if name in exclude:
            decisions[name] = _drop(name, "It was asked to be left out.", {})
        elif column.kind in _NEVER:
            decisions[name] = _drop(
                name, f"{column.reason} It is left out: {_NEVER[column.kind]}.", _counts(column)
            )
        elif name in dropped_by and name not in keep:
            found = dropped_by[name]
            decisions[name] = _drop(
                name, f"{found.code}: {found.detail}", {"code": found.code, **found.evidence}
            )
    return decisions


def _drop(name: str, why: str, evidence: Mapping[str, object]) -> Decision:
    return Decision(
        about=f"column {name}",
        choice="left out",
        why=why,
        evidence=evidence,
        rejected=("keep it: name it under features.kinds to have it used",),
    )


def _counts(column: Column) -> dict[str, object]:
    return {"n_unique": column.n_unique, "n_missing": column.n_missing}


def _steps(columns: Iterable[Column], n_rows: int, *, tree: bool) -> Iterable[StepSpec]:
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
                small = n_rows < SMALL_TABLE_ROWS
                params = TEXT_PARAMS_OF_SMALL_TABLES if small else TEXT_PARAMS
                # One step each: components of two texts together would mix their words.
                for column in group:
                    yield StepSpec(kind="text", columns=(column.name,), params=params)


def _kind_used(column: Column, *, tree: bool) -> ColumnKind:
    if column.kind is ColumnKind.BOOLEAN and "true" not in column.summary:
        # Set by hand on a column that does not have two values.
        return ColumnKind.CATEGORY
    most = MOST_CODES if tree else MOST_ONE_HOT_LEVELS
    if column.kind is ColumnKind.CATEGORY and column.n_unique > most:
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
    params = {"min_count": ONE_HOT_MIN_COUNT, "max_levels": MOST_ONE_HOT_LEVELS}
    return StepSpec(kind="one_hot", columns=_names(columns), params=params)


def _dates(columns: Iterable[Column], *, tree: bool) -> Iterable[StepSpec]:
    fill = {} if tree else {"fill": "median", "scale": True}
    for rule, group in _by_rule(columns, _date_rule).items():
        yield StepSpec(kind="date", columns=_names(group), params={**dict(rule), **fill})


def _number_rule(column: Column) -> Rule:
    if column.stored_as != "text":
        return ()
    return tuple(
        (key, column.parse[key]) for key in ("decimal", "thousands") if key in column.parse
    )


def _boolean_rule(column: Column) -> Rule:
    meaning = ((word, text_of(column.summary.get(word))) for word in ("true", "false"))
    return tuple((word, text) for word, text in meaning if text is not None)


def _date_rule(column: Column) -> Rule:
    return tuple((key, column.parse[key]) for key in ("date_format",) if key in column.parse)


def _by_rule(
    columns: Iterable[Column], rule_of: Callable[[Column], Rule]
) -> dict[Rule, list[Column]]:
    """Group columns that are read by the same rule: a step has one."""
    groups: dict[Rule, list[Column]] = {}
    for column in columns:
        groups.setdefault(rule_of(column), []).append(column)
    return groups


def _names(columns: Iterable[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)
