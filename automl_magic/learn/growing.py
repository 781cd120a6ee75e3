"""Growing: one proposal on all folds, whose fits go on together.

The folds grow side by side, each in one thread, and their losses are pooled round by round.
Boosting stops by the pooled loss: it rests on all rows, where a single fold's rests on a few, so it
needs less patience and gives one number of rounds for the fit on all rows. What was stopped by the
clock can go on later.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.candidate import Proposal
from automl_magic.recipe import Fold, Growth, member

if TYPE_CHECKING:
    from automl_magic.learn.task import Task

MOST_ROUNDS = 5_000
# What the folds keep of their last rounds, to read the best one of them afterwards.
SNAPSHOT_BYTES, SNAPSHOTS = 400_000_000, 300
# A turn of one fold takes about so long: short enough to be asked to stop, long enough to pay.
TURN_S, FIRST_ROUNDS, MOST_ROUNDS_A_TURN = 0.15, 4, 64
# Rounds without a gain: some at least, more where boosting is slow or has gone far.
FEWEST_PATIENCE, PATIENCE_PER_ROUND, MOST_PATIENCE = 20, 0.15, 80
RATE_OF_PATIENCE, PATIENT_EPOCHS = 0.1, 10
# Gains fade away: of those that would go on as before, so much remains.
FADING = 0.4

Judge = Callable[[int, float], str | None]


class _OnFold:
    """The fit on one fold: how far it is, and what it took."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.growth: Growth | None = None
        self.losses: list[float] = []
        self.n_rounds, self.n_watched, self.spent_s = 0, 0, 0.0
        self.is_busy = False

    @property
    def ended(self) -> bool:
        return self.growth is not None and self.growth.ended


class Growing:
    """A proposal on all folds.

    Parameters
    ----------
    fold : callable
        Returns the matrices of a fold by its number; called in several threads.
    patience : int or None
        Rounds without a gain of the pooled loss after which boosting stops; None adapts it.
    exactly : int, optional
        Grow so many rounds instead, and read the predictions there: a trial is repeated.

    Attributes
    ----------
    curve : list of float
        The pooled loss after each round that all folds have reached.
    settled : bool
        Whether the pooled loss has stopped falling, or no fold can grow any more.
    verdict : str or None
        Why a judge ended it.
    """

    def __init__(
        self,
        proposal: Proposal,
        task: Task,
        pairs: Sequence[tuple[Any, Any]],
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
        watched = sum(len(validation) for _, validation in pairs)
        needed = 8 * SNAPSHOTS * watched * max(1, task.n_classes)
        # Of many rows not every round is looked at.
        self._apart = math.ceil(needed / SNAPSHOT_BYTES)
        self._folds = [_OnFold(number) for number in range(len(pairs))]
        self._turn = threading.Condition()
        self._stopping = False
        self._error: BaseException | None = None
        self._judge: Judge | None = None
        self.curve: list[float] = []
        self.best_rounds, self.best_loss = 0, math.inf
        self.settled = False
        self.verdict: str | None = None

    @property
    def n_rounds(self) -> int:
        """The rounds that all folds have reached."""
        return min(fold.n_rounds for fold in self._folds)

    @property
    def is_resumable(self) -> bool:
        """Whether it can go on later, and what it predicts can be seen before."""
        return not self.settled and self.verdict is None and not self._any_ended

    @property
    def rounds(self) -> int:
        """The rounds after which its predictions are read: those of the least pooled loss."""
        return self._exactly or self.best_rounds or self.n_rounds

    def projected_loss(self, foreseen: float) -> float:
        """Return the pooled loss it may come to: the last gains, going on and fading away.

        An estimator without losses is not to be judged before its end, and gets minus infinity.
        """
        rounds = len(self.curve)
        if not rounds:
            return -math.inf
        third = max(1, rounds // 3)
        gain = max(0.0, self.curve[rounds - third] - self.best_loss) / third
        return self.best_loss - gain * FADING * max(third, foreseen - rounds)

    @property
    def spent_s(self) -> float:
        """The seconds of all folds, one after the other."""
        return sum(fold.spent_s for fold in self._folds)

    @property
    def _any_ended(self) -> bool:
        return any(fold.ended for fold in self._folds)

    def advance(
        self,
        until: float,
        judge: Judge | None = None,
        asked_to_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Grow until it has settled, a judge ends it, or the clock does.

        Parameters
        ----------
        until : float
            An instant of the clock. Every fold has a first turn, whatever the clock says.
        judge : callable, optional
            Asked after each round with the number of rounds and the least pooled loss so far; what
            it returns, if not None, ends the growth for good.
        asked_to_stop : callable, optional
            Asked a few times a second; what grows stops there, as by the clock.

        Raises
        ------
        KeyboardInterrupt
            When the folds have stopped; what they have reached can be read.
        Exception
            What a fit has raised.
        """
        self._judge, self._stopping = judge, False
        workers = [
            threading.Thread(target=self._work, args=(until,), daemon=True, name="automl-fold")
            for _ in range(min(self._task.threads, len(self._folds)))
        ]
        for worker in workers:
            worker.start()
        try:
            for worker in workers:
                while worker.is_alive():  # a join without a time cannot be interrupted
                    worker.join(0.2)
                    if asked_to_stop():
                        self._stop()
        except KeyboardInterrupt:
            self._stop()
            for worker in workers:
                worker.join()
            raise
        if self._error is not None:
            raise self._error

    def oof(self, n_rows: int) -> Any:
        """Return what was predicted out of fold at `rounds`, NaN for rows that no fold validates.

        Shape (n_rows,) or (n_rows, n_classes). A row that several folds validate gets the mean.
        """
        rounds = self.rounds

        def predict(fold: _OnFold) -> Any:
            assert fold.growth is not None
            return fold.growth.predict(rounds)

        with ThreadPoolExecutor(self._task.threads) as pool:
            predicted = list(pool.map(predict, self._folds))
        total = np.zeros((n_rows, *predicted[0].shape[1:]))
        times = np.zeros(n_rows)
        for (_, validation), of_fold in zip(self.pairs, predicted, strict=True):
            total[validation] += of_fold
            times[validation] += 1
        with np.errstate(invalid="ignore"):
            found: Any = total / (times if total.ndim == 1 else times[:, None])
        return found

    def close(self) -> None:
        """Let go of the fits."""
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
        """Return the fold that is furthest behind, or None where nothing more is to be done."""
        with self._turn:
            while True:
                if self._stopping or self.settled or self.verdict is not None:
                    return None
                open_folds = [fold for fold in self._folds if not fold.ended]
                late = self._clock() >= until
                if late:
                    open_folds = [fold for fold in open_folds if not fold.n_rounds]
                if not open_folds:
                    return None
                behind = min(fold.n_rounds for fold in open_folds)
                ready = [fold for fold in open_folds if not fold.is_busy]
                chosen = min(ready, key=lambda fold: (fold.n_rounds, fold.number), default=None)
                # Nobody runs far ahead: those rounds may be for nothing.
                if chosen is not None and chosen.n_rounds <= behind + MOST_ROUNDS_A_TURN:
                    chosen.is_busy = True
                    return chosen
                self._turn.wait()

    def _take_turn(self, fold: _OnFold) -> None:
        started = self._clock()
        if fold.growth is None:
            fold.growth, fold.n_watched = self._begin(fold.number)
        losses = fold.growth.grow(self._rounds_of_a_turn(fold))
        with self._turn:
            fold.losses += losses
            fold.n_rounds = fold.growth.n_rounds
            fold.spent_s += self._clock() - started
            fold.is_busy = False
            self._pool_losses()
            self._turn.notify_all()

    def _begin(self, number: int) -> tuple[Growth, int]:
        matrices = self._fold(number)
        task = self._task
        growth = member(self.proposal.estimator).grow(
            self.proposal.params,
            matrices,
            task=task.kind,
            n_classes=task.n_classes,
            max_rounds=self._exactly or MOST_ROUNDS,
            class_weight=task.class_weight,
            seed=task.seed,
        )
        return growth, len(matrices.watched_y)

    @staticmethod
    def _rounds_of_a_turn(fold: _OnFold) -> int:
        if not fold.n_rounds:
            return FIRST_ROUNDS
        fitting = int(TURN_S * fold.n_rounds / max(fold.spent_s, 1e-6))
        return max(1, min(MOST_ROUNDS_A_TURN, fitting))

    def _pool_losses(self) -> None:
        """Add the rounds that all folds have reached to the curve, and see whether they settle it.

        The rounds are looked at one by one, so that the result is the same however the threads
        took their turns.
        """
        reached = min(len(fold.losses) for fold in self._folds)
        weights = [fold.n_watched for fold in self._folds]
        while len(self.curve) < reached and not self.settled and self.verdict is None:
            place = len(self.curve)
            losses = [fold.losses[place] for fold in self._folds]
            pooled = float(np.average(losses, weights=weights))
            if not math.isfinite(pooled):
                raise ValueError(f"The loss of round {place + 1} is {pooled}.")
            self.curve.append(pooled)
            if pooled < self.best_loss and (place + 1) % self._apart == 0:
                self.best_loss, self.best_rounds = pooled, place + 1
            self.settled = not self._exactly and (
                place + 1 - self.best_rounds >= self._patience_now()
            )
            if self._judge is not None and not self.settled:
                self.verdict = self._judge(place + 1, self.best_loss)
        for fold in self._folds:
            if fold.growth is not None and not self._exactly and self.best_rounds:
                fold.growth.forget(self.best_rounds)
        if all(fold.ended and len(fold.losses) <= len(self.curve) for fold in self._folds):
            self.settled = True

    def _patience_now(self) -> float:
        if self._patience is not None:
            return self._patience
        if member(self.proposal.estimator).counts_epochs:
            return PATIENT_EPOCHS
        rounds = FEWEST_PATIENCE + PATIENCE_PER_ROUND * self.best_rounds
        rate = self.proposal.params.get("learning_rate", RATE_OF_PATIENCE)
        slower = math.sqrt(RATE_OF_PATIENCE / rate) if isinstance(rate, float) and rate > 0 else 1.0
        return min(rounds, MOST_PATIENCE) * max(1.0, slower)
