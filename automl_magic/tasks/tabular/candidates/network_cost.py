"""network_cost: estimate the cost of an epoch, from its batches, rows and inputs.

The numbers are seconds in one thread: CPU time of single epochs on tables of 800 × 10 to
12,000 × 300 numbers, on two cores with other load. Folds are fitted in parallel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl_magic.records import ColumnKind
from automl_magic.tasks.tabular.candidates.context import TabularContext

# The share of the budget for a network on all folds.
SHARE_OF_BUDGET = 0.15
# The memory limit for the predictions of all epochs, which are kept until the best one is known.
MAX_PREDICTION_BYTES = 200_000_000
# The import time of PyTorch and its optimizers.
TORCH_S = 3.0
# Estimated columns of the dense view per table column, by kind.
WIDTH_OF_KIND: Mapping[ColumnKind, int] = {
    ColumnKind.CATEGORY: 8,
    ColumnKind.DATE: 8,
    ColumnKind.TEXT: 32,
}


@dataclass(frozen=True)
class EpochCost:
    """Seconds per batch, per row, and per input of a row."""

    batch_s: float
    row_s: float
    input_s: float

    def epoch_s(self, n_rows: float, n_inputs: int, batch_size: int) -> float:
        """Return the seconds of an epoch in one thread."""
        return self.batch_s * n_rows / batch_size + n_rows * (self.row_s + self.input_s * n_inputs)


def dense_width(context: TabularContext) -> int:
    """Return the approximate number of columns of the dense view."""
    return sum(n * WIDTH_OF_KIND.get(kind, 1) for kind, n in context.kinds.items())


def train_rows(context: TabularContext) -> float:
    """Return the number of training rows of a fold."""
    return context.n_rows * max(1, context.folds - 1) / max(1, context.folds)


def fold_s(context: TabularContext, start_s: float = 0.0) -> float:
    """Return the available seconds for one fold; `start_s` is the startup time."""
    n_parallel = min(context.threads, context.folds)
    return (SHARE_OF_BUDGET * context.budget_s - start_s) * n_parallel / context.folds


def epochs_that_fit(
    context: TabularContext, cost: EpochCost, batch_size: int, start_s: float = 0.0
) -> int:
    """Return the number of epochs that fit into the time and memory limits."""
    epoch_s = cost.epoch_s(train_rows(context), dense_width(context), batch_size)
    epoch_bytes = 8 * context.n_rows * max(1, context.n_classes)
    n_fitting = min(
        fold_s(context, start_s) / max(epoch_s, 1e-6), MAX_PREDICTION_BYTES / epoch_bytes
    )
    return max(0, int(n_fitting))


def batch_size(context: TabularContext, sizes: tuple[int, ...]) -> int:
    """Return the batch size. Few rows need small batches, to have enough of them.

    `sizes` are the batch sizes below 1,000, 4,000 and 16,000 rows, and above.
    """
    limits = (1_000, 4_000, 16_000)
    size = sizes[sum(context.n_rows >= limit for limit in limits)]
    return max(1, min(size, context.n_rows // 2))
