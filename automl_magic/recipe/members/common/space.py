"""Range: the search range of an estimator's parameter.

The built-in ranges follow TabArena's tuned boosters, slightly narrower if a trial has to finish in
seconds.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, on a logarithmic scale if `log`, integers if `integer`.

    `default` is the library's default. None: the parameter is only varied if it is set.
    """

    low: float
    high: float
    default: float | None = None
    log: bool = False
    integer: bool = False

    def clip(self, value: float) -> float | int:
        """Return the nearest value in the range, rounded as in a notebook."""
        value = min(self.high, max(self.low, value))
        # More than four digits would make no difference.
        return round(value) if self.integer else float(f"{value:.4g}")

    def narrow(self, value: float, reach: float) -> Range:
        """Return the range within `reach` (a share of the width) around a value."""
        center = self.clip(value)
        low, high = self._scaled(self.low), self._scaled(self.high)
        step = reach * (high - low)
        nearest = (
            self._unscaled(self._scaled(center) - step),
            self._unscaled(self._scaled(center) + step),
        )
        if self.integer:  # always include another integer
            nearest = min(nearest[0], center - 1), max(nearest[1], center + 1)
        low, high = (self.clip(edge) for edge in nearest)
        return dataclasses.replace(self, low=low, high=high)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.log else float(value)

    def _unscaled(self, value: float) -> float:
        return math.exp(value) if self.log else value
