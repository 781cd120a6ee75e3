"""context: estimate the cost of fitting a model on a table.

The costs are linear fits to timings in one thread (tables of 800 × 20 to 39,000 × 14). They are
used to choose learning rates and to exclude candidates that can't finish. The search measures the
actual times.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from automl_magic.tasks import context as tasks

LEARNING_RATES = (0.02, 0.03, 0.05, 0.08, 0.12)
# Boosting needs about this number, divided by the learning rate, of rounds.
ROUNDS_TIMES_RATE = 12
# The target share of the budget for one candidate on all folds.
SHARE_OF_BUDGET = 0.08
ROUND_S, CELL_S = 1.5e-4, 4e-9
FOREST_SHARE_OF_BUDGET = 0.15
MAX_TREES, MIN_TREES = 200, 50


@dataclass(frozen=True, kw_only=True)
class TabularContext(tasks.CandidateContext):
    """The table, the task, and the time, with cost estimates for boosters and forests."""

    @property
    def n_outputs(self) -> int:
        """The number of trees per boosting round."""
        return self.task.n_outputs(self.n_classes)

    def round_s(self, relative_cost: float) -> float:
        """Return the seconds of one boosting round in one thread. LightGBM has a cost of 1."""
        cells = self.n_rows * self.n_columns
        return relative_cost * self.n_outputs * (ROUND_S + CELL_S * cells)

    def all_folds_s(self, relative_cost: float, rate: float) -> float:
        """Return the seconds of a booster on all folds, which are fitted in parallel."""
        rounds = ROUNDS_TIMES_RATE / rate
        return self.round_s(relative_cost) * rounds * self.folds / min(self.threads, self.folds)

    def learning_rate(self, relative_cost: float) -> float:
        """Return the smallest learning rate whose rounds fit into a candidate's time share."""
        for rate in LEARNING_RATES:
            if self.all_folds_s(relative_cost, rate) <= SHARE_OF_BUDGET * self.budget_s:
                return rate
        return LEARNING_RATES[-1]

    def n_trees(self, tree_s: float, max_features: float) -> int | None:
        """Return the number of trees that fit into a forest's time share, or None if too few.

        `tree_s` is the seconds of one tree per used cell and level, with two threads.
        """
        n_cells = self.n_rows * max(1, self.n_columns) * max_features
        one_tree_s = tree_s * n_cells * math.log2(max(2, self.n_rows)) * 2 / self.threads
        n_fitting = FOREST_SHARE_OF_BUDGET * self.budget_s / self.folds / max(one_tree_s, 1e-6)
        return None if n_fitting < MIN_TREES else min(MAX_TREES, int(n_fitting))

    @property
    def native_category_view(self) -> str:
        """The view for estimators that encode high-cardinality categories natively."""
        return "levels" if "levels" in self.views else "tree"
