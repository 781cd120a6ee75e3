"""xgboost: boosted trees with weak regularisation and strong column sampling."""

from __future__ import annotations

from automl_magic.records import Answer, Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import Context

WHEN = "always"


def propose(context: Context) -> Candidate | None:
    """Propose it always: a third implementation of boosting errs differently."""
    return make(context)


def make(context: Context) -> Candidate:
    """Return the candidate, whether or not it would propose itself."""
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
            choice="gradient-boosted trees grown by depth",
            why="It grows trees by depth where LightGBM grows them by leaf, so that their errors "
            "partly cancel.",
            evidence=context.evidence(),
        ),
    )
