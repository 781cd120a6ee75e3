"""small_tree: one decision tree, as the plan offers it."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

WHEN = "always"


def propose(context: TabularContext) -> Candidate | None:
    """Propose it always."""
    return make(context)


def make(context: TabularContext) -> Candidate:
    """Return the candidate."""
    return Candidate(
        name="small_tree",
        estimator="small_tree",
        view="dense",
        params={"min_samples_leaf": 10},
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="small_tree",
            choice="one decision tree",
            why="A person can read it.",
            evidence=context.evidence(),
        ),
    )
