"""realmlp: a wide network with periodic embeddings of numbers. Needs the extra `deep`."""

from __future__ import annotations

from importlib.util import find_spec

from automl_magic.records import Candidate, Decision, DecisionKind
from automl_magic.tasks.tabular.candidates.context import TabularContext
from automl_magic.tasks.tabular.candidates.network_cost import (
    TORCH_S,
    EpochCost,
    batch_size,
    epochs_that_fit,
)

WHEN = "with the extra `deep`, if 16 epochs on every fold fit into 15% of the budget"
MIN_EPOCHS, MAX_EPOCHS = 16, 64
BATCH_SIZES = (64, 128, 256, 256)
COST = EpochCost(batch_s=2e-3, row_s=2.5e-5, input_s=2.6e-7)


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if PyTorch is installed and there is time for its schedule."""
    fits = _epochs(context) >= MIN_EPOCHS
    return make(context) if fits and find_spec("torch") is not None else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="realmlp",
        estimator="realmlp",
        view="dense",
        params={
            "hidden_sizes": [256, 256, 256],
            "dropout": 0.15,
            "lr": 0.02,
            "batch_size": batch_size(context, BATCH_SIZES),
            # The learning rate schedule has this length, so short budgets get a full schedule too.
            "n_epochs": min(MAX_EPOCHS, max(MIN_EPOCHS, _epochs(context))),
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="realmlp",
            choice="a wide network with periodic embeddings",
            why="Periodic embeddings let a network fit non-smooth functions. Tuned networks of "
            "this kind are the strongest single models on tables besides boosting.",
            evidence=context.evidence(epochs=_epochs(context)),
        ),
    )


def _epochs(context: TabularContext) -> int:
    return epochs_that_fit(context, COST, batch_size(context, BATCH_SIZES), TORCH_S)
