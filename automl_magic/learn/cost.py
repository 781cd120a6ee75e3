"""cost: estimate the time and memory of a trial before it starts."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from automl_magic.learn.candidate import BASELINE, CandidateSpec, Proposal
from automl_magic.learn.memory import available_memory_bytes
from automl_magic.recipe import member

if TYPE_CHECKING:
    from automl_magic.learn.matrices import FoldMatrices
    from automl_magic.learn.task import Task

# Fits that can't be stopped are estimated from samples, unless the table is small.
QUICK_ROWS, QUICK_CELLS, SAMPLES = 5_000, 500_000, (250, 1_000)
# The samples of a table with few rows are at most these shares of it.
SAMPLE_SHARES = (0.1, 0.3)
# Boosting needs about this many rounds, divided by the learning rate.
ROUNDS_TIMES_RATE, USUAL_RATE = 12, 0.05
# The portfolio takes about as long as this many LightGBM fits, and should use at most this share of
# the time.
PORTFOLIO_FITS, PORTFOLIO_SHARE = 14, 0.6
PROBE, PROBE_ROUNDS = "lightgbm", 8
# A round that takes more than this share of the time isn't measured again.
SLOW_ROUND_SHARE = 0.01
# A view is fitted on a fold, for the holdout and on all rows.
VIEW_FITS = 3
# After a sample that takes longer, smaller ones are measured instead of larger ones.
MAX_SAMPLE_S = 0.5
SHARE_OF_FREE_MEMORY = 0.7


def expected_rounds(params: Mapping[str, object]) -> float:
    """Return the expected number of boosting rounds, or the epochs of a network."""
    epochs = params.get("max_iter", params.get("n_epochs"))
    if isinstance(epochs, int) and epochs > 0:
        return float(epochs)
    rate = params.get("learning_rate", USUAL_RATE)
    if isinstance(rate, int | float) and not isinstance(rate, bool) and rate > 0:
        return ROUNDS_TIMES_RATE / rate
    return ROUNDS_TIMES_RATE / USUAL_RATE


class FitCostModel:
    """Estimates the cost of trials by measuring small ones."""

    def __init__(
        self,
        task: Task,
        matrices: FoldMatrices,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._task, self._matrices, self._clock = task, matrices, clock
        self._estimates: dict[tuple[str, str], float] = {}
        # The seconds of one round of boosting on one fold, once measured.
        self.round_s = 0.0

    def affordable_folds(self, candidates: Mapping[str, CandidateSpec], usable_s: float) -> float:
        """Return the number of folds on which the portfolio fits into its share of the time.

        One of the boosters is fitted for a few rounds on the first fold, and the others are
        estimated relative to it. Infinite if nothing can be measured, and 0 if even the first view
        takes too long.
        """
        boosters = (candidate for candidate in candidates.values() if candidate.estimator == PROBE)
        probe = next(boosters, None)
        if probe is None:
            return math.inf
        task = self._task
        proposal = Proposal(PROBE, PROBE, probe.view, probe.params, "")
        if self.single_fit_s(proposal) * VIEW_FITS > usable_s:
            return 0.0
        try:
            started = self._clock()
            fold = self._matrices.fold(probe.view, 0)
            view_s = self._clock() - started
            growth = member(PROBE).grow(
                probe.params,
                fold,
                task=task.kind,
                n_classes=task.n_classes,
                max_rounds=PROBE_ROUNDS,
                class_weight=task.class_weight,
                seed=task.seed,
            )
            started = self._clock()
            growth.grow(1)
            self.round_s = self._clock() - started
            if self.round_s < SLOW_ROUND_SHARE * usable_s:  # otherwise the probe takes too long
                started = self._clock()
                growth.grow(PROBE_ROUNDS - 1)
                self.round_s = (self._clock() - started) / (PROBE_ROUNDS - 1)
        except Exception:  # noqa: BLE001 - the trial gets the same error and records it
            return math.inf
        n_views = len({candidate.view for candidate in candidates.values()})
        fold_s = PORTFOLIO_FITS * expected_rounds({}) * self.round_s + n_views * view_s
        return PORTFOLIO_SHARE * usable_s * task.threads / fold_s

    def uncut_s(self, proposal: Proposal) -> float:
        """Return the expected seconds, on all folds, of the steps that can't be cut short.

        These are the views of folds that have none yet, and a fit without rounds or the first round
        of boosting. If the view is new, they are measured on two samples of the rows and
        extrapolated linearly to all rows. A proposal that can't be measured gets 0, because it will
        fail at once.
        """
        threads, matrices = self._task.threads, self._matrices
        has_rounds = member(proposal.estimator).has_iterations
        first_round_s = self.round_s * math.ceil(matrices.n_folds / threads) * has_rounds
        return first_round_s + self.single_fit_s(proposal) * math.ceil(
            matrices.n_missing(proposal.view) / threads
            if not member(proposal.estimator).is_single_fit
            else matrices.n_folds / threads
        )

    def single_fit_s(self, proposal: Proposal) -> float:
        """Return the expected seconds of the view and of a fit without rounds, on one fold."""
        fits = member(proposal.estimator).is_single_fit
        n_rows = self._matrices.n_train_rows
        if proposal.estimator == BASELINE:
            return 0.0
        if not self._matrices.is_new(proposal.view) and not fits:
            return self._matrices.fit_s(proposal.view)
        cells = n_rows * self._matrices.n_columns(proposal.view)
        if n_rows <= QUICK_ROWS and cells <= QUICK_CELLS:
            return 0.0
        key = (proposal.view, proposal.estimator if fits else "")
        if key not in self._estimates:
            self._estimates[key] = self._estimate(proposal, n_rows, fits=fits)
        return self._estimates[key]

    def _estimate(self, proposal: Proposal, n_rows: int, *, fits: bool) -> float:
        small, large = (
            max(1, min(rows, int(share * n_rows)))
            for rows, share in zip(SAMPLES, SAMPLE_SHARES, strict=True)
        )
        try:
            small_s = self._sample_s(proposal, small, fits=fits)  # warm-up
            if small_s > MAX_SAMPLE_S:  # a larger sample would take too much of the budget
                small, large, large_s = max(1, small // 3), small, small_s
                small_s = self._sample_s(proposal, small, fits=fits)
            else:
                small_s, large_s = (
                    self._sample_s(proposal, rows, fits=fits) for rows in (small, large)
                )
        except Exception:  # noqa: BLE001 - the trial gets the same error and records it
            return 0.0
        return large_s + max(0.0, large_s - small_s) / max(1, large - small) * (n_rows - large)

    def _sample_s(self, proposal: Proposal, rows: int, *, fits: bool) -> float:
        started = self._clock()
        fold = self._matrices.sample(proposal.view, rows)
        if fits:
            task = self._task
            growth = member(proposal.estimator).grow(
                proposal.params,
                fold,
                task=task.kind,
                n_classes=task.n_classes,
                max_rounds=1,
                class_weight=task.class_weight,
                seed=task.seed,
            )
            growth.grow(1)
        return self._clock() - started


def memory_bytes(
    estimator: str, params: Mapping[str, object], task: Task, cells: int, rows: int
) -> int:
    """Return the approximate memory of a fit on `rows` rows and `cells` cells, in bytes."""
    kind = member(estimator)
    return kind.cell_bytes * cells + kind.model_bytes(params, rows, task.n_classes)


def memory_reason(needed_bytes: int) -> str | None:
    """Return why a fit needs too much memory, or None if it doesn't."""
    usable_bytes = int(SHARE_OF_FREE_MEMORY * available_memory_bytes())
    if needed_bytes <= usable_bytes:
        return None
    return (
        f"it needs about {needed_bytes / 1e9:.1f} GB of memory, and {usable_bytes / 1e9:.1f} GB "
        "can be used"
    )
