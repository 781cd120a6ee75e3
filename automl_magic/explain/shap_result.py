"""ShapValues: the SHAP values of some rows, exact or sampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl_magic.recipe.values import Floats
from automl_magic.tasks.splits import Rows


@dataclass(frozen=True)
class ShapValues:
    """SHAP values of some rows.

    Attributes
    ----------
    positions : array of int, shape (n,)
    values : array, shape (n, n_columns, n_outputs)
    base : array, shape (n_outputs,)
    unit, scale : str
    """

    positions: Rows
    values: Floats
    base: Floats
    unit: str
    scale: str
    exact: bool
    method: str
    background_rows: int
    largest_gap: float
    notes: tuple[str, ...]

    def of(self, position: int) -> Floats | None:
        """Return the SHAP values of a row, of shape (n_columns, n_outputs), or None."""
        indices = np.flatnonzero(self.positions == position)
        return self.values[indices[0]] if len(indices) else None
