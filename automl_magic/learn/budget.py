"""The clock of a search: time elapsed, left and reserved."""

from __future__ import annotations

import time
from collections.abc import Callable

# For the ensemble, two bootstraps, a plot and writing files: a tenth of the budget, at most three
# seconds.
RESERVED_SHARE, MAX_RESERVED_S = 0.1, 3.0


class Budget:
    """Wall-clock seconds from the start of the search to the end of the refit.

    `deadline` is a time of the clock, in seconds. Time during which the machine sleeps isn't
    counted.
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
        """Seconds since the start, up to `end`."""
        return (self.now() if self._ended is None else self._ended) - self._started

    @property
    def left_s(self) -> float:
        return self.budget_s - self.elapsed_s

    @property
    def reserved_s(self) -> float:
        """Seconds reserved for the steps after the search, other than fits."""
        return min(RESERVED_SHARE * self.budget_s, MAX_RESERVED_S)

    def usable_s(self, final_fits_s: float) -> float:
        """Return the seconds that the search can still use if the final fits take this long."""
        return self.left_s - self.reserved_s - final_fits_s

    def end(self) -> None:
        """Stop the clock after the final fit."""
        self._ended = self.now()
