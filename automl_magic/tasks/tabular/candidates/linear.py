"""linear: a regularised linear model on scaled numbers and one-hot categories."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import Context

WHEN = "always"


def propose(context: Context) -> Candidate | None:
    """Propose it always: it costs little, and nothing else errs like it."""
    return make(context)


def make(context: Context) -> Candidate:
    """Return the candidate, whether or not it would propose itself."""
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
            why="It is done in seconds, shows what simple effects alone explain, and errs "
            "differently from trees, which helps an ensemble.",
            evidence=context.evidence(),
            rejected=("no penalty: one-hot categories would be fitted to single rows",),
        ),
    )
