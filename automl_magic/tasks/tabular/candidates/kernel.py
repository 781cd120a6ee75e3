"""kernel: a linear model on RBF similarities to sampled rows."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext
from automl_magic.tasks.tabular.candidates.network_cost import dense_width, fold_s, train_rows

WHEN = "up to 20,000 rows, if it fits into 15% of the budget on every fold"
MAX_ROWS = 20_000
N_COMPONENTS = 500
# Seconds in one thread per row and output, and per cell of the dense view.
ROW_S, CELL_S = 1.5e-4, 3e-7


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if it's cheap, because it can't be interrupted."""
    each_s = ROW_S * context.n_outputs + CELL_S * dense_width(context)
    fits = each_s * train_rows(context) <= fold_s(context)
    return make(context) if fits and context.n_rows <= MAX_ROWS else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    classes = context.task.has_classes
    return Candidate(
        name="kernel",
        estimator="kernel",
        view="dense",
        params={"n_components": N_COMPONENTS}
        | ({"gamma": 0.3, "C": 200.0} if classes else {"gamma": 0.1}),
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="kernel",
            choice="a linear model on similarities to 500 rows",
            why="It fits smooth boundaries with few rows, where trees have too few rows to split "
            "and a linear model is too simple. It takes about a second.",
            evidence=context.evidence(),
            rejected=(
                "a support vector machine: its probabilities need a second cross-validation",
            ),
        ),
    )
