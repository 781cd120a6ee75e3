"""mlp: a small neural network of scikit-learn, on scaled numbers and one-hot categories."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import Context
from automl_magic.tasks.tabular.candidates.network_cost import (
    EpochCost,
    batch_size,
    epochs_that_fit,
)

WHEN = "where 15 epochs on every fold fit into 15 % of the budget"
FEWEST_EPOCHS, MOST_EPOCHS = 15, 60
BATCH_SIZES = (32, 64, 128, 256)
COST = EpochCost(batch_s=6e-4, row_s=4.5e-6, input_s=2e-8)


def propose(context: Context) -> Candidate | None:
    """Propose it where it sees each row often enough to have learnt something."""
    return make(context) if _epochs(context) >= FEWEST_EPOCHS else None


def make(context: Context) -> Candidate:
    """Return the candidate, whether or not it would propose itself."""
    return Candidate(
        name="mlp",
        estimator="mlp",
        view="dense",
        params={
            "hidden_layer_sizes": [128, 128],
            "alpha": 0.05,
            "batch_size": batch_size(context, BATCH_SIZES),
            "max_iter": min(MOST_EPOCHS, max(FEWEST_EPOCHS, _epochs(context))),
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="mlp",
            choice="a small neural network",
            why="It is smooth where trees make steps, so that a blend gains where the target "
            "changes slowly with the columns, and it needs no other library.",
            evidence=context.evidence(epochs=_epochs(context)),
            rejected=("its own early stopping: the rows it holds back know no groups and no time",),
        ),
    )


def _epochs(context: Context) -> int:
    return epochs_that_fit(context, COST, batch_size(context, BATCH_SIZES))
