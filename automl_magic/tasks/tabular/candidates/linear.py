"""linear: a regularized linear model on scaled numbers and one-hot categories."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "always"


def propose(context: TabularContext) -> Candidate | None:
    """Always propose it: it's cheap, and its errors differ from the others."""
    return make(context)


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    classes = context.task.has_classes
    return Candidate(
        name="linear",
        estimator="linear",
        view="dense",
        params={"C": 0.3} if classes else {"alpha": 3.0},
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="linear",
            choice="logistic regression" if classes else "ridge regression",
            why="It takes seconds, shows how much simple effects explain, and its errors differ "
            "from those of trees, which helps an ensemble.",
            evidence=context.evidence(),
            rejected=("no penalty: one-hot categories would be fitted to single rows",),
        ),
    )
