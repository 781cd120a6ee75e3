"""tree_path: the SHAP values of a model of boosters, and how close they come to what it says."""

from __future__ import annotations

import numpy as np

from automl_magic.explain.sources import shares_of_columns
from automl_magic.explain.subject import Subject
from automl_magic.recipe import Table
from automl_magic.recipe.attribution import TreeShap, answers_of
from automl_magic.recipe.values import Floats

METHOD = (
    "SHAP by the paths of the trees (TreeSHAP, Lundberg et al., Nature Machine Intelligence 2, "
    "2020), summed over the features that were made of a column. What a feature owes to several "
    "columns is divided equally."
)
CHUNK = 50


def tree_shap_of(subject: Subject) -> TreeShap:
    """Find out what the columns of each view are made of, for a model that is not refused."""
    recipe, rows = subject.recipe, subject.rows(np.arange(len(subject.y)))
    shares = {
        name: shares_of_columns(view, recipe.views[name], rows, subject.columns, recipe.seed)
        for name, view in subject.model.views.items()
    }
    return TreeShap(subject.model, shares)


def gap(subject: Subject, table: Table, totals: Floats) -> float:
    """Return how far the sums are from what the model says: as probabilities, or values."""
    told = answers_of(totals, subject.recipe.n_classes)
    return float(np.abs(told - subject.predict(table)).max())
