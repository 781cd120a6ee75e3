"""attribution: SHAP values of a model, computed from the paths of its trees (TreeSHAP).

Each library computes exact SHAP values for its own trees (`Member.contributions`). They sum to the
margin: the value for a regression, the log-odds of the positive class for two classes, or the raw
score of each class. If the blend and the temperature combine margins linearly, the SHAP values of
the model are exact too. The explain notebook (tables) and the server (single rows) share this code,
so they always agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from automl_magic.recipe.combine import Blend, CalibrationMethod
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.members import member
from automl_magic.recipe.values import Floats
from automl_magic.recipe.view import FittedView


def shap_unsupported_reason(model: FittedRecipe) -> str | None:
    """Return why TreeSHAP can't explain this model, or None if it can."""
    recipe = model.recipe
    estimators = {spec.estimator for spec in recipe.members}
    if unsupported := sorted(name for name in estimators if not member(name).has_contributions):
        return f"{', '.join(unsupported)} isn't a tree booster"
    if not recipe.classes:
        return None
    if recipe.calibration is not None and recipe.calibration.method is CalibrationMethod.ISOTONIC:
        return "isotonic calibration isn't linear in the log-odds"
    if len(recipe.members) > 1 and recipe.blend is not Blend.GEOMETRIC:
        return "it averages its members' probabilities, which isn't linear in the log-odds"
    return None


def shap_approximation_reason(model: FittedRecipe) -> str | None:
    """Return why the SHAP values are approximate, or None if they are exact.

    Seeds are averaged as probabilities. They differ so little that the mean of their margins is a
    good approximation. The value of a feature made from several columns is split equally.
    """
    if any(step.sources is None for view in model.views.values() for step in view.steps):
        return "a feature is made from several columns"
    if model.recipe.classes and any(len(spec.seeds) > 1 for spec in model.recipe.members):
        return "it averages the probabilities of several seeds"
    return None


def shares_by_source(view: FittedView, columns: Sequence[str]) -> Floats:
    """Return the share of each column in each output of a view, of shape (n_outputs, n_columns).

    Each output must come from a single column; see `shap_approximation_reason`.
    """
    sources = [name for step in view.steps for name in step.sources or ()]
    shares = np.zeros((len(sources), len(columns)))
    shares[np.arange(len(sources)), [columns.index(name) for name in sources]] = 1.0
    return shares if view.selected is None else shares[list(view.selected)]


class TreeShap:
    """Computes the SHAP values of a model that `shap_unsupported_reason` accepts.

    Parameters
    ----------
    model : FittedRecipe
    shares : mapping of arrays
        By view, the share of each column in each output, of shape (n_outputs, n_columns).
    """

    def __init__(self, model: FittedRecipe, shares: Mapping[str, Floats]) -> None:
        self._model, self._shares = model, shares

    def values(self, features: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """Return SHAP values of shape (n, n_columns, n_outputs) and base values (n_outputs,).

        `features` holds the matrix of each view, of shape (n, n_features). A regression has one
        output (the value), two classes one (the log-odds of the positive class), and more classes
        one each (the raw score).
        """
        recipe = self._model.recipe
        calibration = recipe.calibration
        inverse_temperature = 1.0 if calibration is None else 1.0 / calibration.temperature
        total: Any = 0.0
        for fitted_member in self._model.members:
            matrix, shares = (
                features[fitted_member.spec.view],
                self._shares[fitted_member.spec.view],
            )
            for estimator in fitted_member.models:
                feature_values = fitted_member.estimator.contributions(estimator, matrix)
                by_column = np.einsum("nfo,fc->nco", feature_values[:, :-1], shares)
                weight = inverse_temperature * fitted_member.spec.weight / len(fitted_member.models)
                total = total + weight * np.concatenate([by_column, feature_values[:, -1:]], axis=1)
        base = total[:, -1].mean(axis=0)
        if calibration is not None and calibration.shift:
            shift = np.array(calibration.shift)
            base = base + (shift[1:] - shift[:1] if recipe.n_classes == 2 else shift)
        return total[:, :-1], base


def predictions_from_margins(totals: Floats, n_classes: int) -> Floats:
    """Return the predictions for margins: probabilities of shape (n, n_classes), or values.

    `totals` are base values plus SHAP values, of shape (n, n_outputs).
    """
    if n_classes == 0:
        return totals[:, 0]
    if n_classes == 2:
        positive = 1 / (1 + np.exp(-totals[:, 0]))
        return np.column_stack([1 - positive, positive])
    powers: Floats = np.exp(totals - totals.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
