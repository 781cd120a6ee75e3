"""The order of columns by importance, for sections with too little time for all."""

from __future__ import annotations

from automl_magic.explain.explainer import Explainer
from automl_magic.records.explanations.inspection import PermutationImportance, Shap


def top_columns(explainer: Explainer) -> list[str]:
    """Return all columns, the most important first if importance has been computed."""
    for name in ("shap", "permutation"):
        section = explainer.sections.get(name)
        if isinstance(section, Shap | PermutationImportance):
            ranked = [column.column for column in section.columns]
            return [*ranked, *(name for name in explainer.columns if name not in ranked)]
    return list(explainer.columns)
