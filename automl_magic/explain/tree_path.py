"""tree_path: exact SHAP values of boosters, by the paths of their trees.

Each library computes them for its own trees (`recipe.members.margins`). They add up to the margin:
the value of a regression, the log-odds of the positive one of two classes, the raw score of each of
more. Members and a temperature combine margins linearly wherever the blend does, and then the whole
model is exact. Seeds are averaged as probabilities; they differ so little that the mean of their
margins comes close, and how close is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.explain.sources import shares_of_columns
from automl_magic.explain.subject import Subject
from automl_magic.recipe import FittedRecipe, Table
from automl_magic.recipe.combine import Blend, Method
from automl_magic.recipe.members import FittedMember, Model
from automl_magic.recipe.members.margins import MARGINS
from automl_magic.recipe.values import Floats

METHOD = (
    "SHAP by the paths of the trees (TreeSHAP, Lundberg et al., Nature Machine Intelligence 2, "
    "2020), summed over the features that were made of a column. What a feature owes to several "
    "columns is divided equally."
)
CHUNK = 50


def refusal(model: FittedRecipe) -> str | None:
    """Say why a model has no exact path, or return None."""
    recipe = model.recipe
    strange = sorted({one.estimator for one in recipe.members} - MARGINS.keys())
    if strange:
        return f"{', '.join(strange)} is no booster of trees"
    if not recipe.task.is_classification:
        return None
    if recipe.calibration is not None and recipe.calibration.method is Method.ISOTONIC:
        return "its probabilities are calibrated by a curve, which no sum of log-odds is"
    if len(recipe.members) > 1 and recipe.blend is not Blend.GEOMETRIC:
        return "it averages the probabilities of its members, which no sum of log-odds is"
    return None


@dataclass(frozen=True)
class TreePaths:
    """Computes the SHAP values of a model that `refusal` does not refuse."""

    subject: Subject
    shares: dict[str, Floats]

    @classmethod
    def of(cls, subject: Subject) -> TreePaths:
        """Find out what the columns of each view are made of."""
        recipe, rows = subject.recipe, subject.rows(np.arange(len(subject.y)))
        return cls(
            subject,
            {
                name: shares_of_columns(
                    view, recipe.views[name], rows, subject.columns, recipe.seed
                )
                for name, view in subject.model.views.items()
            },
        )

    def explain(self, table: Table) -> tuple[Floats, Floats]:
        """Return SHAP values of shape (n, n_columns, n_outputs) and base values (n_outputs,)."""
        model, recipe = self.subject.model, self.subject.recipe
        calibration = recipe.calibration
        hotter = 1.0 if calibration is None else 1.0 / calibration.temperature
        total: Any = 0.0
        for one in model.members:
            matrix = model.views[one.spec.view].transform(table)
            for native in one.models:
                weight = hotter * one.spec.weight / len(one.models)
                total = total + weight * _contributions(one, native, matrix, self._of(one))
        values, base = total[:, :-1], total[:, -1].mean(axis=0)
        if calibration is not None and calibration.shift:
            shift = np.array(calibration.shift)
            base = base + (shift[1:] - shift[:1] if recipe.n_classes == 2 else shift)
        return values, base

    def gap(self, table: Table, totals: Floats) -> float:
        """Return how far the sums are from what the model says: as probabilities, or values."""
        said = self.subject.predict(table)
        if said.ndim == 1:
            return float(np.abs(totals[:, 0] - said).max())
        if totals.shape[1] == 1:
            return float(np.abs(1 / (1 + np.exp(-totals[:, 0])) - said[:, 1]).max())
        powers = np.exp(totals - totals.max(axis=1, keepdims=True))
        return float(np.abs(powers / powers.sum(axis=1, keepdims=True) - said).max())

    def _of(self, one: FittedMember) -> Floats:
        return self.shares[one.spec.view]


def _contributions(one: FittedMember, model: Model, matrix: Floats, shares: Floats) -> Floats:
    """Return what columns add, of shape (n, n_columns + 1, n_outputs), the base value last."""
    of_features = MARGINS[one.spec.estimator](model, matrix)
    by_column = np.einsum("nfo,fc->nco", of_features[:, :-1], shares)
    return np.concatenate([by_column, of_features[:, -1:]], axis=1)
