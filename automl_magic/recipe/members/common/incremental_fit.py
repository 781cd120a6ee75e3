"""incremental_fit: fits that proceed round by round, scored on validation rows.

A search fits all folds in parallel and compares their losses, so it must be able to pause a fit
between two rounds and resume it later.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from automl_magic.recipe.values import Array, Floats

T = TypeVar("T")


@dataclass(frozen=True)
class Fold:
    """The training rows and the validation rows of one fold.

    `X`, `y` and `categorical` are as in `Member.fit`. `native` caches the matrices in the formats
    of the libraries, for the next fit on the same fold.
    """

    X: Floats
    y: Array
    X_valid: Floats
    y_valid: Array
    categorical: tuple[int, ...] = ()
    native: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def n_bytes(self) -> int:
        return int(self.X.nbytes + self.X_valid.nbytes)

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the cached value for this key. On the first call, make it."""
        if key not in self.native:
            self.native[key] = make()
        cached: T = self.native[key]
        return cached


class IncrementalFit(ABC):
    """An incremental fit on one fold, used by one thread at a time.

    Attributes
    ----------
    n_rounds : int
        The number of rounds so far. An estimator without rounds has one.
    finished : bool
        Whether there are no more rounds.
    """

    n_rounds: int = 0
    finished: bool = False

    @abstractmethod
    def grow(self, rounds: int) -> list[float]:
        """Fit at most `rounds` more rounds. Return the mean validation loss after each.

        The loss is the one that the estimator minimizes: log loss or squared error. An estimator
        without early stopping returns an empty list.
        """

    @abstractmethod
    def predict(self, rounds: int) -> Floats:
        """Return the predictions for the validation rows after `rounds` rounds.

        This may end the fit.
        """

    def discard_before(self, rounds: int) -> None:
        """Discard the predictions for fewer rounds. They aren't needed any more."""
        del rounds

    def close(self) -> None:  # noqa: B027 - most only hold memory
        """Release its resources. After that it can't fit or predict."""


class Snapshots:
    """The predictions after each of the last rounds.

    A booster has the predictions for the validation rows while it is fitted. Recomputing them from
    all trees would take about as long as the fit.
    """

    def __init__(self) -> None:
        self._by_round: dict[int, Floats] = {}
        self._first = 1

    def add(self, rounds: int, predicted: Floats) -> None:
        self._by_round[rounds] = predicted

    def get(self, rounds: int) -> Floats:
        return self._by_round[rounds]

    def discard_before(self, rounds: int) -> None:
        for index in range(self._first, rounds):
            self._by_round.pop(index, None)
        self._first = max(self._first, rounds)


class SingleFit(IncrementalFit):
    """A fit in one step."""

    def __init__(self, fit_and_predict: Callable[[], Floats]) -> None:
        self._fit_and_predict = fit_and_predict

    def grow(self, rounds: int) -> list[float]:
        del rounds
        self._predicted = self._fit_and_predict()
        self.n_rounds, self.finished = 1, True
        return []

    def predict(self, rounds: int) -> Floats:
        del rounds
        return self._predicted


class Rendezvous:
    """Pauses a fit in another thread between rounds.

    The fitting thread calls `after_round` and waits there. The controlling thread calls
    `advance_to` and waits until the fit has reached that round or has ended.
    """

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._goal = 0
        self._rounds = 0
        self._stopped = False
        self._ended = False

    def after_round(self) -> bool:
        """Report a finished round. Wait, then return whether to continue."""
        with self._turn:
            self._rounds += 1
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._stopped or self._rounds < self._goal)
            return not self._stopped

    def advance_to(self, rounds: int) -> None:
        with self._turn:
            self._goal = rounds
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._ended or self._rounds >= self._goal)

    def stop(self) -> None:
        with self._turn:
            self._stopped = True
            self._turn.notify_all()

    def end(self) -> None:
        """Report that the fit has ended."""
        with self._turn:
            self._ended = True
            self._turn.notify_all()
