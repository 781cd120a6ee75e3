"""xgboost: boosted trees with weak regularization and strong column sampling."""

from __future__ import annotations

from automl_magic.records import Answer, Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "always"


def propose(context: TabularContext) -> Candidate | None:
    """Always propose it: another boosting implementation has different errors."""
    return make(context)


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    regression = context.task.answer is Answer.NUMBER
    return Candidate(
        name="xgboost",
        estimator="xgboost",
        view="tree",
        params={
            "learning_rate": context.learning_rate(1.1),
            "max_depth": 7 if regression else 6,
            "min_child_weight": 2.0 if regression else 0.1,
            "subsample": 0.7 if regression else 0.65,
            "colsample_bylevel": 0.9,
            "reg_lambda": 1.0 if regression else 0.1,
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="xgboost",
            choice="gradient-boosted trees grown level by level",
            why="It grows trees level by level and LightGBM leaf by leaf, so their errors partly "
            "cancel.",
            evidence=context.evidence(),
        ),
    )
