"""extra_trees: a forest with random split thresholds, each tree grown on all rows."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import MAX_TREES, MIN_TREES, TabularContext

WHEN = "if 50 trees on every fold fit into 15% of the budget"
TREE_S = 4e-9
MAX_FEATURES = 0.75


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if its trees fit into the budget, because a forest can't stop early."""
    return make(context) if context.n_trees(TREE_S, MAX_FEATURES) else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="extra_trees",
        estimator="extra_trees",
        view="dense",
        params={
            "n_estimators": context.n_trees(TREE_S, MAX_FEATURES) or MIN_TREES,
            "max_features": MAX_FEATURES,
            "min_samples_leaf": 1 if context.task.has_classes else 2,
            "max_leaf_nodes": 18_000,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="extra_trees",
            choice="a forest with random thresholds",
            why="It's the cheapest strong forest. It averages trees instead of boosting them, so "
            "its errors differ most from the others.",
            evidence=context.evidence(),
            rejected=(f"more than {MAX_TREES} trees: the gain is below the noise",),
        ),
    )
