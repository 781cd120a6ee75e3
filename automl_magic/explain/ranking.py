"""The order of columns by importance, for sections with too little time for all."""

from __future__ import annotations

from automl_magic.explain.subject import Subject
from automl_magic.records.explanations.explained import Permutation, Shap


def top_columns(subject: Subject) -> list[str]:
    """Return all columns, the most important first if importance has been computed."""
    for name in ("shap", "permutation"):
        section = subject.sections.get(name)
        if isinstance(section, Shap | Permutation):
            ranked = [column.column for column in section.columns]
            return [*ranked, *(name for name in subject.columns if name not in ranked)]
    return list(subject.columns)
