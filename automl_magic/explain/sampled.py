"""sampled: SHAP values of any model, by swapping values with those of background rows.

The columns are swapped as they stand in the table, before any feature step, so the values are those
of columns and not of features, and every kind of model has them on the scale it is read in.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import numpy as np

from automl_magic.explain.codes import Coded
from automl_magic.explain.subject import Subject
from automl_magic.recipe.values import Floats

METHOD = (
    "SHAP sampled by permutations of the columns, forwards and backwards (shap's "
    "PermutationExplainer; Lundberg & Lee, NeurIPS 2017; antithetic sampling by Mitchell et al., "
    "JMLR 23, 2022), against {rows} background rows."
)
BACKGROUNDS = (100, 50, 25, 10)


def load_shap() -> Any:
    """Import shap without having its loops compiled.

    Numba would compile them when the first row is explained, which takes 8 s on a busy machine; as
    Python they take 2 ms a row of 14 columns, which is nothing beside the model's predictions.
    """
    if "shap" not in sys.modules:
        config: Any = import_module("numba").config
        usual, config.DISABLE_JIT = config.DISABLE_JIT, 1
        try:
            import_module("shap")
        finally:
            config.DISABLE_JIT = usual
    return import_module("shap")


class SamplingShap:
    """Computes SHAP values row by row: each is exact in its sum, and sampled in its parts.

    Parameters
    ----------
    rows : array of int
        The rows to be explained.
    seconds_a_row : float
        What a row may take; the background is as large as that allows.
    """

    def __init__(self, subject: Subject, rows: Any, *, seconds_a_row: float) -> None:
        shap = load_shap()
        seed, n_columns = subject.recipe.seed, len(subject.columns)
        self._evaluations = 2 * n_columns + 1
        size = next(
            (n for n in BACKGROUNDS if subject.seconds(n * self._evaluations) <= seconds_a_row),
            BACKGROUNDS[-1],
        )
        background = subject.sample(np.arange(len(subject.y)), size, salt=2)
        self.background_rows = len(background)
        self._coded = Coded(subject.rows(np.concatenate([rows, background])))
        self._subject = subject
        self._rows = self._coded.codes[: len(rows)]
        behind = self._coded.codes[len(rows) :]
        self.base = self._predict(behind).mean(axis=0)
        self._explainer = shap.PermutationExplainer(
            self._predict, shap.maskers.Independent(behind, max_samples=len(behind)), seed=seed
        )

    def explain(self, place: int) -> tuple[Floats, Floats]:
        """Return the SHAP values of a row, (n_columns, n_outputs), and what they should sum to."""
        row = self._rows[place : place + 1]
        found = self._explainer(row, max_evals=self._evaluations, silent=True)
        values = np.asarray(found.values, dtype=np.float64)[0]
        return values.reshape(len(self._coded.columns), -1), self._predict(row)[0]

    def _predict(self, codes: Any) -> Floats:
        return self._subject.predict_output(self._coded.table(codes))
