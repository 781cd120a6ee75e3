"""Tree SHAP values of a model of boosters, and the gap between their sums and its output."""

from __future__ import annotations

import numpy as np

from automl_magic.explain.sources import shares_of_columns
from automl_magic.explain.subject import Subject
from automl_magic.recipe import Table
from automl_magic.recipe.attribution import TreeShap, answers_of
from automl_magic.recipe.values import Floats

METHOD = (
    "Tree SHAP (Lundberg et al., Nature Machine Intelligence 2, 2020), summed over the features of "
    "each column. Features from several columns are divided equally among them."
)
CHUNK = 50


def tree_shap_of(subject: Subject) -> TreeShap:
    """Return the TreeSHAP explainer of a model, with the source columns of its features."""
    recipe, rows = subject.recipe, subject.rows(np.arange(len(subject.y)))
    shares = {
        name: shares_of_columns(view, recipe.views[name], rows, subject.columns, recipe.seed)
        for name, view in subject.model.views.items()
    }
    return TreeShap(subject.model, shares)


def gap(subject: Subject, table: Table, totals: Floats) -> float:
    """Return the maximum gap between the sums and the model's output (probability or value)."""
    summed = answers_of(totals, subject.recipe.n_classes)
    return float(np.abs(summed - subject.predict(table)).max())
