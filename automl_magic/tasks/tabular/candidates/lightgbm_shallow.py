"""lightgbm_shallow: boosted trees with five leaves, close to a sum of one-column effects."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "up to 50,000 rows. With more, deep trees have enough rows"
MAX_ROWS = 50_000


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if there are so few rows that interactions are hard to learn."""
    return make(context) if context.n_rows <= MAX_ROWS else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="lightgbm_shallow",
        estimator="lightgbm",
        view="tree",
        params={
            "learning_rate": context.learning_rate(0.6),
            "num_leaves": 5,
            "extra_trees": True,
            "feature_fraction": 0.73,
            "bagging_fraction": 0.85,
            "bagging_freq": 1,
            "min_data_in_leaf": 12,
            "lambda_l1": 0.24,
            "lambda_l2": 0.3,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="lightgbm_shallow",
            choice="gradient-boosted trees with five leaves",
            why="Trees this small add up to nearly separate effects of the columns, which is all "
            "that few rows can support.",
            evidence=context.evidence(),
        ),
    )
