"""catboost_deep: boosted deep trees grown level by level, for long budgets."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "with a budget of 180 s or more, if its rounds fit into 40% of it"
MIN_BUDGET_S = 180
MAX_SHARE = 0.4
RELATIVE_COST = 8.0


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if there is enough time."""
    total_s = context.all_folds_s(RELATIVE_COST, context.learning_rate(RELATIVE_COST))
    fits = total_s <= MAX_SHARE * context.budget_s
    return make(context) if fits and context.budget_s >= MIN_BUDGET_S else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="catboost_deep",
        estimator="catboost",
        view=context.native_category_view,
        params={
            "learning_rate": max(0.03, context.learning_rate(RELATIVE_COST)),
            "depth": 8,
            "grow_policy": "Depthwise",
            "boosting_type": "Plain",
            "bootstrap_type": "Bernoulli",
            "subsample": 0.9,
            "l2_leaf_reg": 2.8,
            "one_hot_max_size": 3,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="catboost_deep",
            choice="boosted deep trees grown level by level",
            why="With a long budget, deep trees can fit small regions of the data.",
            evidence=context.evidence(),
        ),
    )
