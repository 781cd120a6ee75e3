"""Suggestions from the data: which column may be the target, which columns are sensitive."""

from __future__ import annotations

import re
from collections.abc import Sequence

from automl_magic.records import Column, ColumnKind

_TARGETS = (
    "target",
    "label",
    "class",
    "y",
    "outcome",
    "churn",
    "default",
    "survived",
    "response",
    "fraud",
    "converted",
)
# Article 9 of the GDPR and the grounds of discrimination in the EU's charter, as columns name them.
_SENSITIVE = (
    "sex",
    "gender",
    "age",
    "race",
    "ethnicity",
    "ethnic",
    "religion",
    "nationality",
    "disability",
    "disabled",
    "marital",
    "pregnant",
    "orientation",
    "citizenship",
)
_MOST_GROUPS = 20
_MOST_CLASSES = 20
_UNUSABLE = (ColumnKind.CONSTANT, ColumnKind.ID, ColumnKind.TEXT)


def target(columns: Sequence[Column]) -> tuple[str, str] | None:
    """Return the column that is probably to be predicted, and why; None where nothing speaks."""
    usable = [column for column in columns if column.kind not in _UNUSABLE]
    for name in _TARGETS:
        for column in usable:
            if name in _words(column.name):
                return column.name, f"Columns of this name are usually what is predicted ({name})."
    if usable and usable[-1] is columns[-1]:
        last = usable[-1]
        if last.kind is ColumnKind.BOOLEAN or last.n_unique <= _MOST_CLASSES:
            return last.name, f"It is the last column and has {last.n_unique} different values."
        if last.kind is ColumnKind.NUMBER:
            return last.name, "It is the last column and a number, as targets often are."
    return None


def sensitive(columns: Sequence[Column], target: str | None) -> tuple[str, ...]:
    """Return the columns whose names say that people must not be treated differently by them."""
    return tuple(
        column.name
        for column in columns
        if column.name != target
        and (column.kind is ColumnKind.NUMBER or column.n_unique <= _MOST_GROUPS)
        and _words(column.name) & set(_SENSITIVE)
    )


def _words(name: str) -> set[str]:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return set(re.split(r"[^a-z]+", spaced.lower()))
