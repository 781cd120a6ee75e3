"""Watch: stop boosting when nothing is gained any more, or when the time is up."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from automl_magic.recipe.values import Array, Floats


@dataclass(frozen=True)
class Watch:
    """Rows that a fit does not learn from, and when to stop.

    `X` and `y` are what `Member.fit` takes; after each round the loss on them is measured.
    `patience` is the number of rounds without a gain after which boosting stops. `deadline` is an
    instant of `time.monotonic()`, in seconds: the fit stops at the end of the round that passes it.
    """

    X: Floats
    y: Array
    patience: int
    deadline: float | None = None

    @property
    def is_over(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline


class Progress:
    """The best round so far. `stops` takes the loss of each round, in order."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.n_rounds = 0
        self.best_rounds = 1
        self.best_loss = math.inf

    def stops(self, loss: float) -> bool:
        self.n_rounds += 1
        if loss < self.best_loss:
            self.best_loss, self.best_rounds = loss, self.n_rounds
        return self.n_rounds - self.best_rounds >= self.watch.patience or self.watch.is_over
