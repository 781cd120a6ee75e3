"""Range: what a search may do to a parameter of an estimator.

The ranges of our estimators are those of TabArena's authors for their tuned boosters, a little
narrower where a single trial has to fit into seconds.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`: on a logarithmic scale, or whole, where it says so.

    `usual` is what the library takes where the parameter is left out. None: the parameter is only
    varied where it is given.
    """

    low: float
    high: float
    usual: float | None = None
    log: bool = False
    whole: bool = False

    def inside(self, value: float) -> float | int:
        """Return the nearest value of the range, as it would stand in a notebook."""
        value = min(self.high, max(self.low, value))
        # Four digits: more would say nothing.
        return round(value) if self.whole else float(f"{value:.4g}")

    def near(self, value: float, reach: float) -> Range:
        """Return the part of the range that is at most `reach` of its width away from a value."""
        center = self.inside(value)
        low, high = self._scaled(self.low), self._scaled(self.high)
        step = reach * (high - low)
        nearest = (
            self._unscaled(self._scaled(center) - step),
            self._unscaled(self._scaled(center) + step),
        )
        if self.whole:  # there is always another
            nearest = min(nearest[0], center - 1), max(nearest[1], center + 1)
        low, high = (self.inside(edge) for edge in nearest)
        return dataclasses.replace(self, low=low, high=high)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.log else float(value)

    def _unscaled(self, value: float) -> float:
        return math.exp(value) if self.log else value
