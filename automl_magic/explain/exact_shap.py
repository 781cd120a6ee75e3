"""Tree SHAP values of a model of boosters, and the gap between their sums and its output."""

from __future__ import annotations

import numpy as np

from automl_magic.explain.explainer import Explainer
from automl_magic.explain.feature_sources import column_shares
from automl_magic.recipe import ColumnArrays
from automl_magic.recipe.attribution import TreeShap, predictions_from_margins
from automl_magic.recipe.values import Floats

METHOD = (
    "Tree SHAP (Lundberg et al., Nature Machine Intelligence 2, 2020), summed over the features of "
    "each column. Features from several columns are divided equally among them."
)
CHUNK = 50


def compute_tree_shap(explainer: Explainer) -> TreeShap:
    """Return the TreeSHAP explainer of a model, with the source columns of its features."""
    recipe, rows = explainer.recipe, explainer.rows(np.arange(len(explainer.y)))
    shares = {
        name: column_shares(view, recipe.views[name], rows, explainer.columns, recipe.seed)
        for name, view in explainer.model.views.items()
    }
    return TreeShap(explainer.model, shares)


def additivity_gap(explainer: Explainer, table: ColumnArrays, totals: Floats) -> float:
    """Return the maximum gap between the sums and the model's output (probability or value)."""
    summed = predictions_from_margins(totals, explainer.recipe.n_classes)
    return float(np.abs(summed - explainer.predict(table)).max())
