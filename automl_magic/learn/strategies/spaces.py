"""The parameters that a variation may change, and how far, by estimator.

The ranges are those of TabArena's authors for their tuned boosters, a little narrower where a
single trial has to fit into seconds. The learning rate stays near those of the cells: the plan
chose it by the budget. An estimator that is not named here is not varied.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from automl_magic.learn.candidate import Candidate


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`: on a logarithmic scale, or whole, where it says so.

    `usual` is what the library takes where the parameter is left out. None: the parameter is only
    varied where it is given.
    """

    low: float
    high: float
    usual: float | None = None
    log: bool = False
    whole: bool = False

    def inside(self, value: float) -> float | int:
        """Return the nearest value of the range, as it would stand in a notebook."""
        value = min(self.high, max(self.low, value))
        # Four digits: more would say nothing.
        return round(value) if self.whole else float(f"{value:.4g}")

    def near(self, value: float, reach: float) -> Range:
        """Return the part of the range that is at most `reach` of its width away from a value."""
        at = self.inside(value)
        low, high = self._scaled(self.low), self._scaled(self.high)
        step = reach * (high - low)
        nearest = self._unscaled(self._scaled(at) - step), self._unscaled(self._scaled(at) + step)
        if self.whole:  # there is always another
            nearest = min(nearest[0], at - 1), max(nearest[1], at + 1)
        low, high = (self.inside(edge) for edge in nearest)
        return dataclasses.replace(self, low=low, high=high)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.log else float(value)

    def _unscaled(self, value: float) -> float:
        return math.exp(value) if self.log else value


SPACES: dict[str, dict[str, Range]] = {
    "lightgbm": {
        "num_leaves": Range(4, 200, 31, log=True, whole=True),
        "min_data_in_leaf": Range(1, 64, 20, log=True, whole=True),
        "feature_fraction": Range(0.3, 1.0, 1.0),
        "bagging_fraction": Range(0.6, 1.0),
        "lambda_l1": Range(0.001, 2.0, 0.0, log=True),
        "lambda_l2": Range(0.001, 5.0, 0.0, log=True),
        "cat_smooth": Range(0.5, 50.0, log=True),
    },
    "xgboost": {
        "max_depth": Range(3, 10, 6, whole=True),
        "min_child_weight": Range(0.01, 8.0, 1.0, log=True),
        "subsample": Range(0.5, 1.0, 1.0),
        "colsample_bylevel": Range(0.4, 1.0, 1.0),
        "reg_lambda": Range(0.01, 5.0, 1.0, log=True),
        "reg_alpha": Range(0.001, 2.0, 0.0, log=True),
    },
    "catboost": {
        "depth": Range(4, 8, 6, whole=True),
        "l2_leaf_reg": Range(0.05, 10.0, 3.0, log=True),
        "random_strength": Range(0.1, 2.0, 1.0, log=True),
        "subsample": Range(0.6, 1.0),
        "one_hot_max_size": Range(2, 25, log=True, whole=True),
    },
    "linear": {
        "C": Range(0.003, 30.0, log=True),
        "alpha": Range(0.01, 300.0, log=True),
    },
    "extra_trees": {
        "min_samples_leaf": Range(1, 8, 1, log=True, whole=True),
        "max_features": Range(0.2, 1.0, 0.3),
    },
    "random_forest": {
        "min_samples_leaf": Range(1, 8, 1, log=True, whole=True),
        "max_features": Range(0.2, 1.0, 0.3),
    },
}
LEARNING_RATE = "learning_rate"
LEARNING_RATE_FACTOR = 1.5


def space_of(
    estimator: str, params: Mapping[str, Any], rates: Mapping[str, tuple[float, float]]
) -> dict[str, Range]:
    """Return what may be varied of an estimator with these parameters.

    Parameters
    ----------
    rates
        From `learning_rates`.
    """
    space = {
        name: values
        for name, values in SPACES.get(estimator, {}).items()
        if values.usual is not None or is_number(params.get(name))
    }
    if space and estimator in rates and is_number(params.get(LEARNING_RATE)):
        low, high = rates[estimator]
        space[LEARNING_RATE] = Range(
            float(f"{low / LEARNING_RATE_FACTOR:.3g}"),
            float(f"{high * LEARNING_RATE_FACTOR:.3g}"),
            log=True,
        )
    return space


def learning_rates(candidates: Iterable[Candidate]) -> dict[str, tuple[float, float]]:
    """Return the lowest and the highest learning rate of each estimator's cells."""
    rates: dict[str, list[float]] = {}
    for offered in candidates:
        rate = offered.params.get(LEARNING_RATE)
        if is_number(rate):
            rates.setdefault(offered.estimator, []).append(rate)
    return {estimator: (min(found), max(found)) for estimator, found in rates.items()}


def place(params: Mapping[str, Any], space: Mapping[str, Range]) -> dict[str, float]:
    """Return where parameters lie in a space; what they leave out is the library's usual value."""
    found = {}
    for name, values in space.items():
        value = params.get(name)
        known = value if is_number(value) else values.usual
        if known is not None:
            found[name] = values.inside(known)
    return found


def is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
