"""catboost: boosted symmetric trees with ordered target statistics for categories."""

from __future__ import annotations

from automl_magic.records import Answer, Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "if its rounds fit into 40% of the budget"
MAX_SHARE = 0.4
RELATIVE_COST = 4.0


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if it can finish. A CatBoost round costs about four LightGBM rounds."""
    total_s = context.all_folds_s(RELATIVE_COST, context.learning_rate(RELATIVE_COST))
    return make(context) if total_s <= MAX_SHARE * context.budget_s else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    regression = context.task.answer is Answer.NUMBER
    return Candidate(
        name="catboost",
        estimator="catboost",
        view=context.native_category_view,
        params={
            "learning_rate": max(0.05, context.learning_rate(RELATIVE_COST)),
            "depth": 7 if regression else 6,
            "boosting_type": "Plain",
            "bootstrap_type": "Bernoulli",
            "subsample": 0.9,
            "l2_leaf_reg": 1.0,
            "random_strength": 0.8,
            "leaf_estimation_iterations": 5 if regression else 1,
            "one_hot_max_size": 15,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="catboost",
            choice="boosted symmetric trees",
            why="Symmetric trees overfit least on few rows, and CatBoost handles categories best.",
            evidence=context.evidence(),
            rejected=("ordered boosting: several times slower for a small gain",),
        ),
    )
