"""tabm: the average of networks that share their layers. Needs the extra `deep`."""

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

WHEN = "with the extra `deep`, if 20 epochs on every fold fit into 15% of the budget"
MIN_EPOCHS, MAX_EPOCHS = 20, 80
BATCH_SIZES = (64, 128, 256, 256)
COST = EpochCost(batch_s=2.2e-3, row_s=3e-5, input_s=5.2e-7)


def propose(context: TabularContext) -> Candidate | None:
    """Propose it if PyTorch is installed and there is time for enough epochs."""
    fits = _epochs(context) >= MIN_EPOCHS
    return make(context) if fits and find_spec("torch") is not None else None


def make(context: TabularContext) -> Candidate:
    """Return the candidate, even if its condition isn't met."""
    return Candidate(
        name="tabm",
        estimator="tabm",
        view="dense",
        params={
            "n_networks": 8,
            "hidden_sizes": [128, 128],
            "dropout": 0.1,
            "lr": 0.002,
            "weight_decay": 0.0003,
            "batch_size": batch_size(context, BATCH_SIZES),
            "n_epochs": min(MAX_EPOCHS, max(MIN_EPOCHS, _epochs(context))),
        },
        decision=Decision(
            about=DecisionKind.CANDIDATE,
            name="tabm",
            choice="eight networks that share their layers",
            why="An average of networks has smaller errors than each of them, and with shared "
            "layers it costs little more than one.",
            evidence=context.evidence(epochs=_epochs(context)),
            rejected=("32 networks, as published: four times the cost for a small gain",),
        ),
    )


def _epochs(context: TabularContext) -> int:
    return epochs_that_fit(context, COST, batch_size(context, BATCH_SIZES), TORCH_S)
