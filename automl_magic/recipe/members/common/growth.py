"""Growth: a fit that goes on round by round, watched by rows that it does not learn from.

A search lets the fits of all folds grow together and looks at their losses side by side, so it has
to be able to stop a fit between two rounds, and to go on with it later.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from automl_magic.recipe.values import Array, Floats


@dataclass(frozen=True)
class Fold:
    """The rows of one fold: those to learn from, and those to watch.

    `X`, `y` and `categorical` are what `Member.fit` takes. `native` keeps what a library makes of
    the matrices, so that the next fit on the same fold need not make it again.
    """

    X: Floats
    y: Array
    watched_X: Floats  # noqa: N815 - X is what scikit-learn calls a matrix
    watched_y: Array
    categorical: tuple[int, ...] = ()
    native: dict[Any, Any] = field(default_factory=dict)

    @property
    def n_bytes(self) -> int:
        return int(self.X.nbytes + self.watched_X.nbytes)

    def made(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return what `make` returned when it was first called with this key."""
        if key not in self.native:
            self.native[key] = make()
        return self.native[key]


class Growth(ABC):
    """A fit on one fold. It is used by one thread at a time.

    Attributes
    ----------
    n_rounds : int
        How far it has grown. An estimator without rounds has one.
    ended : bool
        Whether it can grow no more.
    """

    n_rounds: int = 0
    ended: bool = False

    @abstractmethod
    def grow(self, rounds: int) -> list[float]:
        """Grow by at most some rounds, and return the mean loss on the watched rows after each.

        The loss is what the estimator minimises: log loss, or the squared error. An estimator that
        does not stop early returns nothing.
        """

    @abstractmethod
    def predict(self, rounds: int) -> Floats:
        """Return what it predicted for the watched rows after a number of rounds.

        It may end the growth.
        """

    def forget(self, rounds: int) -> None:
        """Keep no predictions of fewer rounds than these: nobody will ask for them."""
        del rounds

    def close(self) -> None:  # noqa: B027 - most hold nothing but memory
        """Let go of what it holds. It neither grows nor predicts any more."""


class Snapshots:
    """The predictions after each of the last rounds.

    While it grows, a booster knows what it predicts for the watched rows; to predict them anew from
    all its trees would take about as long as growing them did.
    """

    def __init__(self) -> None:
        self._by_round: dict[int, Floats] = {}
        self._first = 1

    def add(self, rounds: int, predicted: Floats) -> None:
        self._by_round[rounds] = predicted

    def get(self, rounds: int) -> Floats:
        return self._by_round[rounds]

    def forget(self, rounds: int) -> None:
        for index in range(self._first, rounds):
            self._by_round.pop(index, None)
        self._first = max(self._first, rounds)


class SingleFit(Growth):
    """A fit that is done at once."""

    def __init__(self, fit_and_predict: Callable[[], Floats]) -> None:
        self._fit_and_predict = fit_and_predict

    def grow(self, rounds: int) -> list[float]:
        del rounds
        self._predicted = self._fit_and_predict()
        self.n_rounds, self.ended = 1, True
        return []

    def predict(self, rounds: int) -> Floats:
        del rounds
        return self._predicted


class Rendezvous:
    """Holds a fit in another thread between two of its rounds, until it may go on.

    The thread that fits calls `after_round` and waits there; the thread that watches calls
    `advance_to` and waits until the fit has come so far, or has ended.
    """

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._goal = 0
        self._rounds = 0
        self._stopped = False
        self._ended = False

    def after_round(self) -> bool:
        """Say that a round is done; return whether another is wanted, once that is known."""
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
        """Say that the fit has returned."""
        with self._turn:
            self._ended = True
            self._turn.notify_all()
