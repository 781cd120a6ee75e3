"""Suggestions from the data: which column may be the target, which columns are sensitive."""

from __future__ import annotations

import re
from collections.abc import Sequence

from automl_magic.display.translation import _
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
# From Article 9 of the GDPR and the grounds of discrimination in the EU's charter.
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
_MAX_GROUPS = 20
_MAX_CLASSES = 20
_UNUSABLE = (ColumnKind.CONSTANT, ColumnKind.ID, ColumnKind.TEXT)


def suggest_target(columns: Sequence[Column]) -> tuple[str, str] | None:
    """Return the column that is probably the target, and why, or None if no column stands out."""
    usable = [column for column in columns if column.kind not in _UNUSABLE]
    for name in _TARGETS:
        for column in usable:
            if name in _words(column.name):
                reason = _("Columns named {name} are usually the target.")
                return column.name, reason.format(name=name)
    if usable and usable[-1] is columns[-1]:
        last = usable[-1]
        if last.kind is ColumnKind.BOOLEAN or last.n_unique <= _MAX_CLASSES:
            reason = _("This is the last column, with {n} distinct values.")
            return last.name, reason.format(n=last.n_unique)
        if last.kind is ColumnKind.NUMBER:
            return last.name, _("This is the last column, with numbers. Targets often are.")
    return None


def suggest_sensitive(columns: Sequence[Column], target: str | None) -> tuple[str, ...]:
    """Return the columns whose names suggest a protected attribute, such as age or sex."""
    return tuple(
        column.name
        for column in columns
        if column.name != target
        and (column.kind is ColumnKind.NUMBER or column.n_unique <= _MAX_GROUPS)
        and _words(column.name) & set(_SENSITIVE)
    )


def _words(name: str) -> set[str]:
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return set(re.split(r"[^a-z]+", spaced.lower()))
