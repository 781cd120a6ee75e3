"""The clock of a search: what has passed, what is left, and what must be kept for its end."""

from __future__ import annotations

import time
from collections.abc import Callable

# The ensemble, two bootstraps, a plot and the writing of files: a tenth of a short budget, never
# more than three seconds of a long one.
RESERVED_SHARE, MOST_RESERVED_S = 0.1, 3.0


class Budget:
    """Wall-clock seconds from the start of the search to the end of the refit.

    `deadline` is an instant of the clock. A machine that sleeps does not count.
    """

    def __init__(self, budget_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget_s = budget_s
        self.now = clock
        self._started = clock()
        self._ended: float | None = None

    @property
    def deadline(self) -> float:
        return self._started + self.budget_s

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start; they stand still after `end`."""
        return (self.now() if self._ended is None else self._ended) - self._started

    @property
    def left_s(self) -> float:
        return self.budget_s - self.elapsed_s

    @property
    def reserved_s(self) -> float:
        """What the steps after the search take beside fitting."""
        return min(RESERVED_SHARE * self.budget_s, MOST_RESERVED_S)

    def usable_s(self, final_fits_s: float) -> float:
        """Return what the search may still use, where the final fits take `final_fits_s`."""
        return self.left_s - self.reserved_s - final_fits_s

    def end(self) -> None:
        """Stop the clock: the model is fitted."""
        self._ended = self.now()
