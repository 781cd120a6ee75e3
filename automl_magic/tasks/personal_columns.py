"""personal_columns: whether models use the columns that look personal.

They don't, unless the user includes a column by name. Its values are then labels, even if they are
numbers, and a saved model has only their keyed hashes.
"""

from __future__ import annotations

from automl_magic.display.text import quote_name
from automl_magic.errors import PlanError
from automl_magic.records import EXCLUDED, Column, ColumnKind, Dataset, Decision, DecisionKind
from automl_magic.records.plans.experiment import ExperimentSpec

INCLUDED = "included"


def excluded_personal(dataset: Dataset, experiment: ExperimentSpec) -> dict[str, Decision]:
    """Return the personal columns that the experiment doesn't include, each with the reason."""
    return {
        column.name: Decision(
            about=DecisionKind.COLUMN,
            name=column.name,
            choice=EXCLUDED,
            why=f"Its values look personal ({describe_kind(column)}), and a model would memorize "
            "them.",
            evidence={"personal": column.personal},
            rejected=(f"use it: {_how_to_include(column)}",),
        )
        for column in _personal_features(dataset, experiment)
        if column.name not in experiment.features.include
    }


def included_personal(dataset: Dataset, experiment: ExperimentSpec) -> tuple[Decision, ...]:
    """Return the decisions on the personal columns that the experiment includes.

    Raises
    ------
    PlanError
        If an included column has free text.
    """
    included = [
        column
        for column in _personal_features(dataset, experiment)
        if column.name in experiment.features.include
    ]
    for column in included:
        if column.kind is ColumnKind.TEXT:
            raise PlanError(
                f"Can't include the column {quote_name(column.name)}.",
                why=f"It's free text with personal data ({describe_kind(column)}), and a model "
                "stores the words of a text.",
                fix="Remove the personal data from the text, or don't include the column.",
            )
    return tuple(
        Decision(
            about=DecisionKind.COLUMN,
            name=column.name,
            choice=INCLUDED,
            why=f"You included it, although its values look personal ({describe_kind(column)}). "
            "The model stores them as keyed hashes, so it needs the key of this workspace.",
            evidence={"personal": column.personal},
        )
        for column in included
    )


def describe_kind(column: Column) -> str:
    """Return the kind of personal data in words: `card number`."""
    return (column.personal or "").replace("_", " ")


def _how_to_include(column: Column) -> str:
    if column.kind is ColumnKind.TEXT:
        return "remove the personal data from the text first"
    return f"--include {quote_name(column.name)}, or features: {{include: [...]}}"


def _personal_features(dataset: Dataset, experiment: ExperimentSpec) -> list[Column]:
    return [
        column
        for column in dataset.columns
        if column.personal is not None
        and column.name != experiment.target
        and column.name not in experiment.features.exclude
        and column.kind is not ColumnKind.CONSTANT
    ]
