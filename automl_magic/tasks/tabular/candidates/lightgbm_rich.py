"""lightgbm_rich: boosted trees that also see what columns say together."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import Context

WHEN = "where columns can be combined: two numbers, two categories, or one of each"
VIEW = "rich"
RELATIVE_COST = 1.6


def propose(context: Context) -> Candidate | None:
    """Propose it where the plan has a view with combined columns."""
    return make(context) if VIEW in context.views else None


def make(context: Context) -> Candidate:
    """Return the candidate, whether or not it would propose itself."""
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
            why="A tree needs many splits to follow a ratio, a difference or a pair of levels; "
            "here the strongest of them are columns.",
            evidence=context.evidence(),
        ),
    )
