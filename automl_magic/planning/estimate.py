"""Estimate the time, memory and number of trials of a run."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.records import Candidate, Dataset, Estimate
from automl_magic.tasks.context import CandidateContext

# On two cores, the model libraries import in 1.2 s and MLflow in 1.1 s, in the command and again in
# the kernel. The rest is for starting the kernel and tracking, and per gigabyte for reading.
OVERHEAD_S, OVERHEAD_S_PER_GB = 8.0, 20.0
# The libraries, and the copies of the table that exist at the same time: as loaded, the two views
# as float64, and the booster's copies.
LIBRARIES_BYTES = 450_000_000
COPIES_OF_TABLE, COPIES_OF_VIEW = 2, 4
# A dense view has more columns than the table: levels, parts of dates, text components.
OUTPUTS_PER_COLUMN = 3
# The share of the budget for trials. The rest is for the holdout score and the refit.
TRIALS_SHARE = 0.75
# The minimum time per trial: on the smallest tables, overhead takes as long as a fit.
MIN_TRIAL_S = 0.3


def make_estimate(
    dataset: Dataset,
    context: CandidateContext,
    candidates: Sequence[Candidate],
    *,
    trial_s: float,
    max_trials: int | None,
) -> Estimate:
    """Return the time, memory and number of trials of a run.

    `search_s` of the result is the budget. The other values are estimates.

    Parameters
    ----------
    trial_s : float, seconds
        Typical time of a trial.
    max_trials : int, optional
        Maximum number of trials.
    """
    view_bytes = 8 * context.n_rows * context.n_columns * OUTPUTS_PER_COLUMN
    memory_bytes = (
        LIBRARIES_BYTES + COPIES_OF_TABLE * dataset.memory_bytes + COPIES_OF_VIEW * view_bytes
    )
    n_trials = _n_trials(context, len(candidates), trial_s)
    if max_trials is not None:
        n_trials = min(n_trials, max_trials)
    return Estimate(
        search_s=context.budget_s,
        overhead_s=round(OVERHEAD_S + OVERHEAD_S_PER_GB * dataset.memory_bytes / 1e9, 1),
        memory_bytes=memory_bytes,
        n_trials=n_trials,
        basis=f"{context.folds} folds of {context.n_rows:,} rows × {context.n_columns:,} feature "
        f"columns on {context.threads} threads. Costs were timed on two cores, so there may be "
        "half or twice as many trials.",
    )


def _n_trials(context: CandidateContext, n_candidates: int, trial_s: float) -> int:
    trial_s = max(MIN_TRIAL_S, trial_s)
    return max(n_candidates // 2, int(TRIALS_SHARE * context.budget_s / trial_s))
