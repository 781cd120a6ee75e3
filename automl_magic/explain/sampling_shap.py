"""Sampled SHAP values of any model, from swapping values with those of background rows.

Columns are swapped before any feature step, so the values are those of columns, not of features.
They're on the scale of the model's output.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

import numpy as np

from automl_magic.explain.coded_table import CodedTable
from automl_magic.explain.explainer import Explainer
from automl_magic.recipe.values import Floats
from automl_magic.tasks.splits import Rows

METHOD = (
    "SHAP sampled by permutations of the columns, forwards and backwards (shap's "
    "PermutationExplainer; Lundberg & Lee, NeurIPS 2017; antithetic sampling by Mitchell et al., "
    "JMLR 23, 2022), against {rows} background rows."
)
BACKGROUNDS = (100, 50, 25, 10)


def load_shap() -> ModuleType:
    """Import shap without Numba's compilation.

    Compilation takes 8 s at the first row on a busy machine. Without it, a row of 14 columns takes
    2 ms, which is little compared with the model's predictions.
    """
    if "shap" not in sys.modules:
        config = import_module("numba").config
        previous, config.DISABLE_JIT = config.DISABLE_JIT, 1
        try:
            import_module("shap")
        finally:
            config.DISABLE_JIT = previous
    return import_module("shap")


class SamplingShap:
    """Computes SHAP values row by row. Their sum is exact, and the single values are sampled.

    Parameters
    ----------
    rows : array of int
        The rows to explain.
    seconds_a_row : float, seconds
        The time per row, which limits the number of background rows.
    """

    def __init__(self, explainer: Explainer, rows: Rows, *, seconds_a_row: float) -> None:
        shap = load_shap()
        seed, n_columns = explainer.recipe.seed, len(explainer.columns)
        self._evaluations = 2 * n_columns + 1
        size = next(
            (n for n in BACKGROUNDS if explainer.seconds(n * self._evaluations) <= seconds_a_row),
            BACKGROUNDS[-1],
        )
        background = explainer.sample(np.arange(len(explainer.y)), size, salt=2)
        self.background_rows = len(background)
        self._coded = CodedTable(explainer.rows(np.concatenate([rows, background])))
        self._explainer = explainer
        self._rows = self._coded.codes[: len(rows)]
        background_codes = self._coded.codes[len(rows) :]
        self.base = self._predict(background_codes).mean(axis=0)
        self._shap_explainer = shap.PermutationExplainer(
            self._predict,
            shap.maskers.Independent(background_codes, max_samples=len(background_codes)),
            seed=seed,
        )

    def explain(self, index: int) -> tuple[Floats, Floats]:
        """Return a row's SHAP values, of shape (n_columns, n_outputs), and its model output."""
        row = self._rows[index : index + 1]
        shap_explanation = self._shap_explainer(row, max_evals=self._evaluations, silent=True)
        values = np.asarray(shap_explanation.values, dtype=np.float64)[0]
        return values.reshape(len(self._coded.columns), -1), self._predict(row)[0]

    def _predict(self, codes: Floats) -> Floats:
        return self._explainer.predict_output(self._coded.table(codes))
