"""mlp: a small scikit-learn neural network on scaled numbers and one-hot categories."""

from __future__ import annotations

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext
from automl_magic.tasks.tabular.candidates.network_cost import (
    EpochCost,
    batch_size,
    epochs_that_fit,
)

WHEN = "if 15 epochs on every fold fit into 15% of the budget"
MIN_EPOCHS, MAX_EPOCHS = 15, 60
BATCH_SIZES = (32, 64, 128, 256)
COST = EpochCost(batch_s=6e-4, row_s=4.5e-6, input_s=2e-8)


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if there is time for enough epochs."""
    return make(context) if _epochs(context) >= MIN_EPOCHS else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="mlp",
        estimator="mlp",
        view="dense",
        params={
            "hidden_layer_sizes": [128, 128],
            "alpha": 0.05,
            "batch_size": batch_size(context, BATCH_SIZES),
            "max_iter": min(MAX_EPOCHS, max(MIN_EPOCHS, _epochs(context))),
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="mlp",
            choice="a small neural network",
            why="It's smooth where trees make steps, which helps a blend if the target changes "
            "gradually with the columns. It needs no other library.",
            evidence=context.evidence(epochs=_epochs(context)),
            rejected=("its own early stopping: its random split ignores groups and time",),
        ),
    )


def _epochs(context: TabularContext) -> int:
    return epochs_that_fit(context, COST, batch_size(context, BATCH_SIZES))
