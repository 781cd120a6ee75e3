"""TrialFit: fit one proposal on all folds in parallel.

Each fold is fitted in one thread, and the losses are pooled round by round. Boosting stops by the
pooled loss. It's computed on all rows, so it needs less patience than the loss of one fold and
gives one number of rounds for the fit on all rows. A fit that the clock stopped can resume later.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.learn.candidate import Proposal
from automl_magic.recipe import Fold, IncrementalFit, member
from automl_magic.recipe.values import Floats
from automl_magic.tasks.splits import Rows

if TYPE_CHECKING:
    from automl_magic.learn.task import Task

MAX_ROUNDS = 5_000
# The folds keep predictions of their last rounds, to use the best round afterwards.
SNAPSHOT_BYTES, SNAPSHOTS = 400_000_000, 300
# A turn of one fold takes about this long: short enough to stop soon, long enough for low overhead.
TURN_S, FIRST_ROUNDS, MAX_ROUNDS_PER_TURN = 0.15, 4, 64
# Rounds without a gain before stopping: more for a low learning rate and after many rounds.
MIN_PATIENCE, PATIENCE_PER_ROUND, MAX_PATIENCE = 20, 0.15, 80
PATIENCE_LEARNING_RATE, EPOCH_PATIENCE = 0.1, 10
# Gains shrink: this share of the last gains is expected from the next rounds.
GAIN_DECAY = 0.4

PruneCheck = Callable[[int, float], str | None]


class _OnFold:
    """The fit on one fold: its rounds, losses and time."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.growth: IncrementalFit | None = None
        self.losses: list[float] = []
        self.n_rounds, self.n_validation_rows, self.spent_s = 0, 0, 0.0
        self.is_busy = False

    @property
    def ended(self) -> bool:
        return self.growth is not None and self.growth.finished


class TrialFit:
    """The fit of a proposal on all folds.

    Parameters
    ----------
    pairs : sequence of (train, validation)
        Row positions of each fold.
    fold : callable
        Returns the matrices of a fold by its number. Called in several threads.
    patience : int or None
        Rounds without a gain of the pooled loss after which boosting stops. None adapts it.
    exactly : int, optional
        Fit exactly this many rounds and predict with them, to repeat a trial.

    Attributes
    ----------
    loss_curve : list of float
        The pooled loss after each round that all folds have reached.
    has_converged : bool
        Whether the pooled loss has converged, or no fold can fit more rounds.
    prune_reason : str or None
        Why it was pruned.
    """

    def __init__(
        self,
        proposal: Proposal,
        task: Task,
        pairs: Sequence[tuple[Rows, Rows]],
        fold: Callable[[int], Fold],
        patience: int | None,
        *,
        exactly: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.proposal, self.pairs = proposal, pairs
        self._clock = clock
        self._task, self._fold, self._patience = task, fold, patience
        self._exactly = exactly
        n_validation_rows = sum(len(validation) for _, validation in pairs)
        snapshot_bytes = 8 * SNAPSHOTS * n_validation_rows * max(1, task.n_classes)
        # With many rows, only every n-th round can become the best.
        self._round_step = math.ceil(snapshot_bytes / SNAPSHOT_BYTES)
        self._folds = [_OnFold(number) for number in range(len(pairs))]
        self._turn = threading.Condition()
        self._stopping = False
        self._error: BaseException | None = None
        self._prune_check: PruneCheck | None = None
        self.loss_curve: list[float] = []
        self.best_rounds, self.best_loss = 0, math.inf
        self.has_converged = False
        self.prune_reason: str | None = None

    @property
    def n_rounds(self) -> int:
        """The number of rounds that all folds have reached."""
        return min(fold.n_rounds for fold in self._folds)

    @property
    def is_resumable(self) -> bool:
        """Whether it can resume after predicting."""
        return not self.has_converged and self.prune_reason is None and not self._any_ended

    @property
    def best_n_rounds(self) -> int:
        """The number of rounds to predict with: the one with the lowest pooled loss."""
        return self._exactly or self.best_rounds or self.n_rounds

    def projected_loss(self, expected_rounds: float) -> float:
        """Return the pooled loss that it could reach if the last gains continue and shrink.

        Returns minus infinity for an estimator without losses, which must run to its end.
        """
        rounds = len(self.loss_curve)
        if not rounds:
            return -math.inf
        third = max(1, rounds // 3)
        gain = max(0.0, self.loss_curve[rounds - third] - self.best_loss) / third
        return self.best_loss - gain * GAIN_DECAY * max(third, expected_rounds - rounds)

    @property
    def spent_s(self) -> float:
        """The total time of all folds, in seconds."""
        return sum(fold.spent_s for fold in self._folds)

    @property
    def _any_ended(self) -> bool:
        return any(fold.ended for fold in self._folds)

    def advance(
        self,
        until: float,
        prune_check: PruneCheck | None = None,
        stop_requested: Callable[[], bool] = lambda: False,
    ) -> None:
        """Fit until the loss converges, the trial is pruned, or the time is up.

        Parameters
        ----------
        until : float
            A time of the clock, in seconds. Every fold gets a first turn regardless.
        prune_check : callable, optional
            Called after each round with the number of rounds and the lowest pooled loss so far. If
            it returns a reason, the trial is pruned.
        stop_requested : callable, optional
            Called a few times a second. If it returns True, the fit stops and can resume.

        Raises
        ------
        KeyboardInterrupt
            After the folds have stopped. Their results so far can be used.
        Exception
            An error of a fit.
        """
        self._prune_check, self._stopping = prune_check, False
        workers = [
            threading.Thread(target=self._work, args=(until,), daemon=True, name="automl-fold")
            for _ in range(min(self._task.threads, len(self._folds)))
        ]
        for worker in workers:
            worker.start()
        try:
            for worker in workers:
                while worker.is_alive():  # a join without a timeout can't be interrupted
                    worker.join(0.2)
                    if stop_requested():
                        self._stop()
        except KeyboardInterrupt:
            self._stop()
            for worker in workers:
                worker.join()
            raise
        if self._error is not None:
            raise self._error

    def oof(self, n_rows: int) -> Floats:
        """Return the out-of-fold predictions at `rounds`, NaN for rows that no fold validates.

        Shape (n_rows,) or (n_rows, n_classes). Rows that several folds validate get the mean.
        """
        rounds = self.best_n_rounds

        def predict(fold: _OnFold) -> Floats:
            assert fold.growth is not None
            return fold.growth.predict(rounds)

        with ThreadPoolExecutor(self._task.threads) as pool:
            predicted = list(pool.map(predict, self._folds))
        total = np.zeros((n_rows, *predicted[0].shape[1:]))
        counts = np.zeros(n_rows)
        for (_, validation), of_fold in zip(self.pairs, predicted, strict=True):
            total[validation] += of_fold
            counts[validation] += 1
        with np.errstate(invalid="ignore"):
            mean: Floats = total / (counts if total.ndim == 1 else counts[:, None])
        return mean

    def close(self) -> None:
        """Release the fits."""
        for fold in self._folds:
            if fold.growth is not None:
                fold.growth.close()

    def _stop(self) -> None:
        with self._turn:
            self._stopping = True
            self._turn.notify_all()

    def _work(self, until: float) -> None:
        try:
            while (fold := self._next(until)) is not None:
                self._take_turn(fold)
        except BaseException as error:  # noqa: BLE001 - raised again by `advance`
            self._error = self._error or error
            self._stop()

    def _next(self, until: float) -> _OnFold | None:
        """Return the fold with the fewest rounds, or None if there is nothing left to do."""
        with self._turn:
            while True:
                if self._stopping or self.has_converged or self.prune_reason is not None:
                    return None
                open_folds = [fold for fold in self._folds if not fold.ended]
                is_time_up = self._clock() >= until
                if is_time_up:
                    open_folds = [fold for fold in open_folds if not fold.n_rounds]
                if not open_folds:
                    return None
                fewest_rounds = min(fold.n_rounds for fold in open_folds)
                ready = [fold for fold in open_folds if not fold.is_busy]
                fold = min(ready, key=lambda fold: (fold.n_rounds, fold.number), default=None)
                # No fold runs far ahead, because its extra rounds could be wasted.
                if fold is not None and fold.n_rounds <= fewest_rounds + MAX_ROUNDS_PER_TURN:
                    fold.is_busy = True
                    return fold
                self._turn.wait()

    def _take_turn(self, fold: _OnFold) -> None:
        started = self._clock()
        if fold.growth is None:
            fold.growth, fold.n_validation_rows = self._start(fold.number)
        losses = fold.growth.grow(self._rounds_per_turn(fold))
        with self._turn:
            fold.losses += losses
            fold.n_rounds = fold.growth.n_rounds
            fold.spent_s += self._clock() - started
            fold.is_busy = False
            self._pool_losses()
            self._turn.notify_all()

    def _start(self, number: int) -> tuple[IncrementalFit, int]:
        matrices = self._fold(number)
        task = self._task
        growth = member(self.proposal.estimator).grow(
            self.proposal.params,
            matrices,
            task=task.kind,
            n_classes=task.n_classes,
            max_rounds=self._exactly or MAX_ROUNDS,
            class_weight=task.class_weight,
            seed=task.seed,
        )
        return growth, len(matrices.y_valid)

    @staticmethod
    def _rounds_per_turn(fold: _OnFold) -> int:
        if not fold.n_rounds:
            return FIRST_ROUNDS
        n_rounds = int(TURN_S * fold.n_rounds / max(fold.spent_s, 1e-6))
        return max(1, min(MAX_ROUNDS_PER_TURN, n_rounds))

    def _pool_losses(self) -> None:
        """Add the rounds that all folds have reached to the curve, and check for convergence.

        Rounds are checked one by one, so the result doesn't depend on the order of the threads.
        """
        n_reached = min(len(fold.losses) for fold in self._folds)
        weights = [fold.n_validation_rows for fold in self._folds]
        while (
            len(self.loss_curve) < n_reached
            and not self.has_converged
            and self.prune_reason is None
        ):
            index = len(self.loss_curve)
            losses = [fold.losses[index] for fold in self._folds]
            pooled = float(np.average(losses, weights=weights))
            if not math.isfinite(pooled):
                raise ValueError(f"The loss of round {index + 1} is {pooled}.")
            self.loss_curve.append(pooled)
            if pooled < self.best_loss and (index + 1) % self._round_step == 0:
                self.best_loss, self.best_rounds = pooled, index + 1
            self.has_converged = not self._exactly and (
                index + 1 - self.best_rounds >= self._patience_now()
            )
            if self._prune_check is not None and not self.has_converged:
                self.prune_reason = self._prune_check(index + 1, self.best_loss)
        for fold in self._folds:
            if fold.growth is not None and not self._exactly and self.best_rounds:
                fold.growth.discard_before(self.best_rounds)
        if all(fold.ended and len(fold.losses) <= len(self.loss_curve) for fold in self._folds):
            self.has_converged = True

    def _patience_now(self) -> float:
        if self._patience is not None:
            return self._patience
        if member(self.proposal.estimator).counts_epochs:
            return EPOCH_PATIENCE
        rounds = MIN_PATIENCE + PATIENCE_PER_ROUND * self.best_rounds
        rate = self.proposal.params.get("learning_rate", PATIENCE_LEARNING_RATE)
        slower = (
            math.sqrt(PATIENCE_LEARNING_RATE / rate)
            if isinstance(rate, float) and rate > 0
            else 1.0
        )
        return min(rounds, MAX_PATIENCE) * max(1.0, slower)
