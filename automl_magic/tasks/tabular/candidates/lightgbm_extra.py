"""lightgbm_extra: boosted trees with random split thresholds."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "always"


def propose(context: TabularContext) -> Candidate | None:
    """Always propose it: it's the strongest single setting in published portfolios."""
    return make(context)


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="lightgbm_extra",
        estimator="lightgbm",
        view="tree",
        params={
            "learning_rate": context.learning_rate(1.1),
            "num_leaves": 39,
            "extra_trees": True,
            "feature_fraction": 0.46,
            "bagging_fraction": 0.88,
            "bagging_freq": 1,
            "min_data_in_leaf": 3,
            "lambda_l1": 0.24,
            "lambda_l2": 0.36,
            "cat_smooth": 15.0,
            "cat_l2": 0.34,
            "max_cat_to_onehot": 16,
            "min_data_per_group": 9,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="lightgbm_extra",
            choice="gradient-boosted trees with random thresholds",
            why="Random thresholds and few columns per tree give trees with diverse errors, whose "
            "sum generalizes better than that of greedy trees.",
            evidence=context.evidence(),
            rejected=("greedy thresholds: that is the candidate lightgbm",),
        ),
    )
