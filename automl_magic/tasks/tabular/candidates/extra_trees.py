"""extra_trees: a forest of trees with random thresholds, each on all rows."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import FEWEST_TREES, MOST_TREES, Context

WHEN = "where 50 trees on every fold fit into 15 % of the budget"
TREE_S = 4e-9
MAX_FEATURES = 0.75


def propose(context: Context) -> Candidate | None:
    """Propose it where its trees fit into the budget: a forest cannot stop early."""
    return make(context) if context.n_trees(TREE_S, MAX_FEATURES) else None


def make(context: Context) -> Candidate:
    """Return the candidate, whether or not it would propose itself."""
    return Candidate(
        name="extra_trees",
        estimator="extra_trees",
        view="dense",
        params={
            "n_estimators": context.n_trees(TREE_S, MAX_FEATURES) or FEWEST_TREES,
            "max_features": MAX_FEATURES,
            "min_samples_leaf": 1 if context.task.has_classes else 2,
            "max_leaf_nodes": 18_000,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="extra_trees",
            choice="a forest with random thresholds",
            why="It is the cheapest strong forest, and averages where boosting adds: its errors "
            "are the least like those of the others.",
            evidence=context.evidence(),
            rejected=(f"more than {MOST_TREES} trees: the gain is below the noise",),
        ),
    )
