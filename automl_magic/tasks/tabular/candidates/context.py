"""What a model on one table will cost, before it is fitted.

The costs are straight lines through timings of one thread (tables of 800 × 20 to 39,000 × 14).
They choose learning rates and leave out what cannot finish; the search measures for itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from automl_magic.tasks import context as tasks

LEARNING_RATES = (0.02, 0.03, 0.05, 0.08, 0.12)
# Boosting is at its best after about this many rounds, divided by the learning rate.
ROUNDS_TIMES_RATE = 12
# One candidate, on all folds, should take this share of the budget.
SHARE_OF_BUDGET = 0.08
ROUND_S, CELL_S = 1.5e-4, 4e-9
FOREST_SHARE_OF_BUDGET = 0.15
MOST_TREES, FEWEST_TREES = 200, 50


@dataclass(frozen=True, kw_only=True)
class Context(tasks.Context):
    """The table, the task and the means, with the costs of boosters and forests."""

    @property
    def n_outputs(self) -> int:
        """Trees per boosting round."""
        return self.task.n_outputs(self.n_classes)

    def round_s(self, relative_cost: float) -> float:
        """Return the seconds of one boosting round in one thread; LightGBM's costs 1."""
        cells = self.n_rows * self.n_columns
        return relative_cost * self.n_outputs * (ROUND_S + CELL_S * cells)

    def all_folds_s(self, relative_cost: float, rate: float) -> float:
        """Return the seconds of a booster on all folds, which are fitted side by side."""
        rounds = ROUNDS_TIMES_RATE / rate
        return self.round_s(relative_cost) * rounds * self.folds / min(self.threads, self.folds)

    def learning_rate(self, relative_cost: float) -> float:
        """Return the smallest learning rate whose rounds fit into the candidate's share of time."""
        for rate in LEARNING_RATES:
            if self.all_folds_s(relative_cost, rate) <= SHARE_OF_BUDGET * self.budget_s:
                return rate
        return LEARNING_RATES[-1]

    def n_trees(self, tree_s: float, max_features: float) -> int | None:
        """Return how many trees of a forest fit into its share of time, or None if too few do.

        `tree_s` is the time of one tree per cell looked at and level, on two threads.
        """
        looked_at = self.n_rows * max(1, self.n_columns) * max_features
        one_tree_s = tree_s * looked_at * math.log2(max(2, self.n_rows)) * 2 / self.threads
        fitting = FOREST_SHARE_OF_BUDGET * self.budget_s / self.folds / max(one_tree_s, 1e-6)
        return None if fitting < FEWEST_TREES else min(MOST_TREES, int(fitting))

    @property
    def view_of_levels(self) -> str:
        """The view for a member that encodes the levels of a category by itself, however many."""
        return "levels" if "levels" in self.views else "tree"
