"""random_forest: a forest of greedy trees on bootstrap samples."""

from __future__ import annotations

import math

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import MAX_TREES, MIN_TREES, TabularContext

WHEN = "if 50 trees on every fold fit into 15% of the budget"
TREE_S = 2.5e-8


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if its trees fit into the budget, because a forest can't stop early."""
    return make(context) if context.n_trees(TREE_S, _share_of_columns(context)) else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    classes = context.task.has_classes
    return Candidate(
        name="random_forest",
        estimator="random_forest",
        view="dense",
        params={
            "n_estimators": context.n_trees(TREE_S, _share_of_columns(context)) or MIN_TREES,
            # Breiman's defaults: the square root of the columns for classes, else a third.
            "max_features": "sqrt" if classes else 1 / 3,
            "min_samples_leaf": 2,
            "max_leaf_nodes": 15_000,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="random_forest",
            choice="a forest of greedy trees",
            why="It rarely fails badly on any table, which stabilizes an ensemble.",
            evidence=context.evidence(),
            rejected=(f"more than {MAX_TREES} trees: the gain is below the noise",),
        ),
    )


def _share_of_columns(context: TabularContext) -> float:
    return 1 / math.sqrt(max(1, context.n_columns)) if context.task.has_classes else 1 / 3
