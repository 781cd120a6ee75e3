"""cost: what a trial takes, in time and memory, before it has begun."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automl_magic.learn.candidate import BASELINE, Candidate, Proposal
from automl_magic.learn.memory import available_memory_bytes
from automl_magic.recipe import member

if TYPE_CHECKING:
    from automl_magic.learn.matrices import FoldMatrices
    from automl_magic.learn.task import Task

# What cannot be told to stop at an instant is foreseen from samples; of few rows it is quick.
QUICK_ROWS, SAMPLES = 5_000, (250, 1_000)
# Boosting is at its best after about so many rounds, divided by the learning rate.
ROUNDS_TIMES_RATE, USUAL_RATE = 12, 0.05
# The whole portfolio takes about as long as so many boosters of LightGBM's, and should take no more
# than a part of the time.
PORTFOLIO_FITS, PORTFOLIO_SHARE = 14, 0.6
PROBE, PROBE_ROUNDS = "lightgbm", 8
SHARE_OF_FREE_MEMORY = 0.7


def rounds_foreseen(params: Mapping[str, Any]) -> float:
    """Return about how many rounds a booster needs, or the epochs that a network has."""
    epochs = params.get("max_iter", params.get("n_epochs"))
    if isinstance(epochs, int) and epochs > 0:
        return float(epochs)
    rate = params.get("learning_rate", USUAL_RATE)
    usable = isinstance(rate, int | float) and not isinstance(rate, bool) and rate > 0
    return ROUNDS_TIMES_RATE / (rate if usable else USUAL_RATE)


class Costs:
    """Foresees trials by measuring small ones."""

    def __init__(self, task: Task, matrices: FoldMatrices) -> None:
        self._task, self._matrices = task, matrices
        self._foreseen: dict[tuple[str, str], float] = {}

    def affordable_folds(self, candidates: Mapping[str, Candidate], usable_s: float) -> float:
        """Return on how many folds the whole portfolio can be tried in its part of the time.

        One of the boosters grows some rounds on the first fold, and the others are taken to cost
        what they usually cost beside it. Infinite where nothing can be measured.
        """
        probe = next((one for one in candidates.values() if one.estimator == PROBE), None)
        if probe is None:
            return math.inf
        task = self._task
        try:
            started = time.perf_counter()
            fold = self._matrices.fold(probe.view, 0)
            view_s = time.perf_counter() - started
            growth = member(PROBE).grow(
                probe.params,
                fold,
                task=task.kind,
                n_classes=task.n_classes,
                max_rounds=PROBE_ROUNDS,
                class_weight=task.class_weight,
                seed=task.seed,
            )
            growth.grow(1)
            started = time.perf_counter()
            growth.grow(PROBE_ROUNDS - 1)
            round_s = (time.perf_counter() - started) / (PROBE_ROUNDS - 1)
        except Exception:  # noqa: BLE001 - the trial meets the same error, and records it
            return math.inf
        views = len({one.view for one in candidates.values()})
        fold_s = PORTFOLIO_FITS * rounds_foreseen({}) * round_s + views * view_s
        return PORTFOLIO_SHARE * usable_s * task.threads / fold_s

    def single_fit_s(self, proposal: Proposal) -> float:
        """Return the seconds on one fold of what cannot be cut short, before it is begun.

        These are the view, if it is new, and a fit without rounds. They are measured on two
        samples of the rows, and the line through them is followed to all rows. A proposal that
        cannot be measured costs nothing: it will fail at once.
        """
        fits = member(proposal.estimator).fits_at_once
        n_rows = self._matrices.n_train_rows
        is_known = not self._matrices.is_new(proposal.view) and not fits
        if proposal.estimator == BASELINE or n_rows <= QUICK_ROWS or is_known:
            return 0.0
        key = (proposal.view, proposal.estimator if fits else "")
        if key not in self._foreseen:
            self._foreseen[key] = self._foresee(proposal, n_rows, fits=fits)
        return self._foreseen[key]

    def _foresee(self, proposal: Proposal, n_rows: int, *, fits: bool) -> float:
        try:
            self._sample_s(proposal, SAMPLES[0], fits=fits)  # what is only slow the first time
            (few, few_s), (more, more_s) = (
                (rows, self._sample_s(proposal, rows, fits=fits)) for rows in SAMPLES
            )
        except Exception:  # noqa: BLE001 - the trial meets the same error, and records it
            return 0.0
        return more_s + max(0.0, more_s - few_s) / (more - few) * (n_rows - more)

    def _sample_s(self, proposal: Proposal, rows: int, *, fits: bool) -> float:
        started = time.perf_counter()
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
        return time.perf_counter() - started


def memory_bytes(
    estimator: str, params: Mapping[str, Any], task: Task, cells: int, rows: int
) -> int:
    """Return about how much a fit on `rows` rows and `cells` cells holds in memory."""
    kind = member(estimator)
    return kind.cell_bytes * cells + kind.model_bytes(params, rows, task.n_classes)


def too_large(needed: int) -> str | None:
    """Say that something does not fit into the memory that is free, or return None."""
    free = int(SHARE_OF_FREE_MEMORY * available_memory_bytes())
    if needed <= free:
        return None
    return f"it would need about {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB may be used"
