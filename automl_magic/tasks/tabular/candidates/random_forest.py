"""random_forest: a forest of greedy trees on bootstrap samples."""

from __future__ import annotations

import math

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import FEWEST_TREES, MOST_TREES, Context

WHEN = "where 50 trees on every fold fit into 15 % of the budget"
TREE_S = 2.5e-8


def propose(context: Context) -> Candidate | None:
    """Propose it where its trees fit into the budget: a forest cannot stop early."""
    return make(context) if context.n_trees(TREE_S, _share_of_columns(context)) else None


def make(context: Context) -> Candidate:
    """Return the candidate, whether or not it would propose itself."""
    classes = context.task.has_classes
    return Candidate(
        name="random_forest",
        estimator="random_forest",
        view="dense",
        params={
            "n_estimators": context.n_trees(TREE_S, _share_of_columns(context)) or FEWEST_TREES,
            # For numbers a third of the columns is Breiman's choice, for classes the root.
            "max_features": "sqrt" if classes else 1 / 3,
            "min_samples_leaf": 2,
            "max_leaf_nodes": 15_000,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="random_forest",
            choice="a forest of greedy trees",
            why="It rarely fails badly whatever the table looks like, which steadies an ensemble.",
            evidence=context.evidence(),
            rejected=(f"more than {MOST_TREES} trees: the gain is below the noise",),
        ),
    )


def _share_of_columns(context: Context) -> float:
    return 1 / math.sqrt(max(1, context.n_columns)) if context.task.has_classes else 1 / 3
