"""ranking: which columns are looked at first where there is no time for all."""

from __future__ import annotations

from automl_magic.explain.subject import Subject
from automl_magic.records.explanations.explained import Permutation, Shap


def top_columns(subject: Subject) -> list[str]:
    """Return all columns, the most important first as far as that is known."""
    for name in ("shap", "permutation"):
        section = subject.sections.get(name)
        if isinstance(section, Shap | Permutation):
            known = [one.column for one in section.columns]
            return [*known, *(name for name in subject.columns if name not in known)]
    return list(subject.columns)
