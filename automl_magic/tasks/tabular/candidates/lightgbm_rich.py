"""lightgbm_rich: boosted trees with additional combinations of columns."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "if columns can be combined: two numbers, two categories, or one of each"
VIEW = "rich"
RELATIVE_COST = 1.6


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if the plan has a view with combined columns."""
    return make(context) if VIEW in context.views else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="lightgbm_rich",
        estimator="lightgbm",
        view=VIEW if VIEW in context.views else "tree",
        params={
            "learning_rate": context.learning_rate(RELATIVE_COST),
            "num_leaves": 31,
            "feature_fraction": 0.5,
            "bagging_fraction": 0.9,
            "bagging_freq": 1,
            "min_data_in_leaf": 20 if context.n_rows >= 1_000 else 5,
            "lambda_l1": 0.9,
            "lambda_l2": 1.9,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="lightgbm_rich",
            choice="gradient-boosted trees on combined columns",
            why="A tree needs many splits to fit a ratio, a difference or a pair of levels. "
            "This view has the strongest of them as columns.",
            evidence=context.evidence(),
        ),
    )
