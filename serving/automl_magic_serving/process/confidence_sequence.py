"""A test of the difference between two means that stays valid when checked repeatedly.

An asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform
central limit theory and asymptotic confidence sequences", 2021; Annals of Statistics 52, 2024;
theorem 2.2): all its intervals together contain the true difference with probability 1 - alpha.
Stopping at the first interval without zero is therefore wrong with probability alpha at most. A
t-test repeated after every outcome would almost always end with a wrong result.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, sqrt


@dataclass
class Arm:
    """The losses of one version: count, mean, and sum of squared deviations (Welford)."""

    n: int = 0
    mean: float = 0.0
    sum_of_squares: float = 0.0

    def add(self, loss: float) -> None:
        """Add a loss."""
        self.n += 1
        deviation = loss - self.mean
        self.mean += deviation / self.n
        self.sum_of_squares += deviation * (loss - self.mean)

    def replace(self, old: float, new: float) -> None:
        """Replace a loss by its corrected value."""
        mean = self.mean + (new - old) / self.n
        self.sum_of_squares += (new - old) * (new - mean + old - self.mean)
        self.mean = mean

    @property
    def variance(self) -> float:
        """The biased variance of the losses, as in the theorem."""
        return max(0.0, self.sum_of_squares / self.n) if self.n else 0.0


def radius(t: int, alpha: float, around: int) -> float:
    """Return half the width of the interval after `t` observations of variance 1.

    Parameters
    ----------
    around : int
        Number of observations at which the interval is narrowest (equation 9).
    """
    squared = (-2 * log(alpha) + log(-2 * log(alpha)) + 1) / around
    v = t * squared + 1
    return sqrt(2 * v / (t * t * squared) * log(sqrt(v) / alpha))


def confidence_interval(stable: Arm, canary: Arm, alpha: float, around: int) -> tuple[float, float]:
    """Return the bounds of the canary's mean loss minus the stable version's.

    Infinite before both have two observations. The variance is that of the difference of two
    independent means, scaled to one observation, but at least the variance if both were samples of
    the same losses. The latter matters for rare losses: a version with a tenth of the requests may
    have had no error yet, so its own variance is 0.
    """
    if min(stable.n, canary.n) < 2:
        return -inf, inf
    t = stable.n + canary.n
    difference = canary.mean - stable.mean
    own = stable.variance / stable.n + canary.variance / canary.n
    between = stable.n * canary.n / t * difference**2
    pooled = (
        (stable.sum_of_squares + canary.sum_of_squares + between)
        / t
        * (1 / stable.n + 1 / canary.n)
    )
    half = sqrt(t * max(own, pooled, 0.0)) * radius(t, alpha, around)
    return difference - half, difference + half
