"""The parameters that a variation may change, and how far, by estimator.

The ranges are those of TabArena's authors for their tuned boosters, a little narrower where a
single trial has to fit into seconds. The learning rate stays near its parent's: the plan chose it
by the budget.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`: on a logarithmic scale, or whole, where it says so."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def near(self, value: float, reach: float, random: np.random.Generator) -> float | int:
        """Return a value about `reach` of the range away, never outside the range."""
        place = self._place(value) + random.normal(0.0, reach)
        place = abs(place) % 2.0  # reflected at both ends
        return self._value(2.0 - place if place > 1.0 else place)

    def anywhere(self, random: np.random.Generator) -> float | int:
        """Return a value from the whole range."""
        return self._value(random.uniform())

    def _place(self, value: float) -> float:
        low, high, value = self._scaled(self.low), self._scaled(self.high), self._scaled(value)
        return min(1.0, max(0.0, (value - low) / (high - low)))

    def _value(self, place: float) -> float | int:
        low, high = self._scaled(self.low), self._scaled(self.high)
        value = low + place * (high - low)
        value = float(np.exp(value)) if self.log else value
        # Four digits: the numbers stand in a notebook, and more would say nothing.
        return round(value) if self.whole else float(f"{value:.4g}")

    def _scaled(self, value: float) -> float:
        return float(np.log(max(value, self.low))) if self.log else float(value)


SPACES: dict[str, dict[str, Range]] = {
    "lightgbm": {
        "num_leaves": Range(4, 200, log=True, whole=True),
        "min_data_in_leaf": Range(1, 64, log=True, whole=True),
        "feature_fraction": Range(0.3, 1.0),
        "bagging_fraction": Range(0.6, 1.0),
        "lambda_l1": Range(0.001, 2.0, log=True),
        "lambda_l2": Range(0.001, 5.0, log=True),
        "cat_smooth": Range(0.5, 50.0, log=True),
    },
    "xgboost": {
        "max_depth": Range(3, 10, whole=True),
        "min_child_weight": Range(0.01, 8.0, log=True),
        "subsample": Range(0.5, 1.0),
        "colsample_bylevel": Range(0.4, 1.0),
        "reg_lambda": Range(0.01, 5.0, log=True),
        "reg_alpha": Range(0.001, 2.0, log=True),
    },
    "catboost": {
        "depth": Range(4, 8, whole=True),
        "l2_leaf_reg": Range(0.05, 10.0, log=True),
        "random_strength": Range(0.1, 2.0, log=True),
        "one_hot_max_size": Range(2, 25, log=True, whole=True),
    },
    "linear": {
        "C": Range(0.003, 30.0, log=True),
        "alpha": Range(0.01, 300.0, log=True),
    },
    "extra_trees": {
        "min_samples_leaf": Range(1, 8, log=True, whole=True),
        "max_features": Range(0.2, 1.0),
    },
    "random_forest": {
        "min_samples_leaf": Range(1, 8, log=True, whole=True),
        "max_features": Range(0.2, 1.0),
    },
}
# Only where the parent has it: logistic regression knows C, ridge regression alpha.
NEVER_ADDED = ("C", "alpha", "cat_smooth")
LEARNING_RATE_FACTOR = 1.4
