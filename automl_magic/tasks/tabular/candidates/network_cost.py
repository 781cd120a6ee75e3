"""What an epoch of a network costs: something for each batch, and for each row and input.

The numbers are seconds of one thread, read as processor time of single epochs on tables of 800 × 10
to 12,000 × 300 numbers, two cores, with other work beside. Folds are fitted side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl_magic.records import ColumnKind
from automl_magic.tasks.tabular.candidates.context import Context

# A network, on all folds, may take this share of the budget.
SHARE_OF_BUDGET = 0.15
# What each epoch predicts is kept until the best one is known; it may take so much memory.
MOST_BYTES_KEPT = 200_000_000
# The import of PyTorch and of what its optimisers need.
TORCH_S = 3.0
# Columns of the dense view for one of the table; the levels of categories are the least known.
WIDTH_OF_KIND: Mapping[ColumnKind, int] = {
    ColumnKind.CATEGORY: 8,
    ColumnKind.DATE: 8,
    ColumnKind.TEXT: 32,
}


@dataclass(frozen=True)
class EpochCost:
    """Seconds for a batch, for a row, and for an input of a row."""

    batch_s: float
    row_s: float
    input_s: float

    def epoch_s(self, n_rows: float, n_inputs: int, batch_size: int) -> float:
        """Return the seconds of an epoch in one thread."""
        return self.batch_s * n_rows / batch_size + n_rows * (self.row_s + self.input_s * n_inputs)


def dense_width(context: Context) -> int:
    """Return about how many columns the dense view has."""
    return sum(n * WIDTH_OF_KIND.get(kind, 1) for kind, n in context.kinds.items())


def train_rows(context: Context) -> float:
    """Return the rows that a fold learns from."""
    return context.n_rows * max(1, context.folds - 1) / max(1, context.folds)


def fold_s(context: Context, start_s: float = 0.0) -> float:
    """Return the seconds that one fold may take; `start_s` are lost before the first."""
    at_once = min(context.threads, context.folds)
    return (SHARE_OF_BUDGET * context.budget_s - start_s) * at_once / context.folds


def epochs_that_fit(
    context: Context, cost: EpochCost, batch_size: int, start_s: float = 0.0
) -> int:
    """Return for how many epochs there is time, and memory."""
    epoch_s = cost.epoch_s(train_rows(context), dense_width(context), batch_size)
    epoch_bytes = 8 * context.n_rows * max(1, context.n_classes)
    fitting = min(fold_s(context, start_s) / max(epoch_s, 1e-6), MOST_BYTES_KEPT / epoch_bytes)
    return max(0, int(fitting))


def batch_size(context: Context, sizes: tuple[int, ...]) -> int:
    """Return a batch size: few rows need small batches to have enough of them.

    `sizes` are those below 1,000, 4,000 and 16,000 rows, and beyond.
    """
    limits = (1_000, 4_000, 16_000)
    size = sizes[sum(context.n_rows >= limit for limit in limits)]
    return max(1, min(size, context.n_rows // 2))
