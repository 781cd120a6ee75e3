"""lightgbm_deep: boosted trees with many leaves, for many rows."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "with 5,000 rows or more. With fewer, leaves would have single rows"
MIN_ROWS = 5_000


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if there are enough rows to fill the leaves."""
    return make(context) if context.n_rows >= MIN_ROWS else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="lightgbm_deep",
        estimator="lightgbm",
        view="tree",
        params={
            "learning_rate": context.learning_rate(1.9),
            "num_leaves": 128,
            "feature_fraction": 0.6,
            "bagging_fraction": 0.95,
            "bagging_freq": 1,
            "min_data_in_leaf": 8,
            "lambda_l1": 0.77,
            "lambda_l2": 1.6,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="lightgbm_deep",
            choice="gradient-boosted trees with 128 leaves",
            why="With this many rows, interactions of many columns can be learned.",
            evidence=context.evidence(),
        ),
    )
