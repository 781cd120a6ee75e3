"""A test of the difference between two means that may be looked at after every observation.

An asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform
central limit theory and asymptotic confidence sequences", 2021; Annals of Statistics 52, 2024;
theorem 2.2): intervals that all hold the true difference at once, with probability 1 - alpha. So
whoever stops at the first interval without zero in it is wrong with probability alpha at most,
however often he looks. A t-test that is looked at after each outcome is wrong nearly always, in
the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, sqrt


@dataclass
class Arm:
    """The losses of one version: how many, their mean, the sum of squares about it (Welford)."""

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, loss: float) -> None:
        """Take one loss into account."""
        self.n += 1
        off = loss - self.mean
        self.mean += off / self.n
        self.squares += off * (loss - self.mean)

    def replace(self, old: float, new: float) -> None:
        """Take a corrected loss into account instead of the first word about it."""
        mean = self.mean + (new - old) / self.n
        self.squares += (new - old) * (new - mean + old - self.mean)
        self.mean = mean

    @property
    def variance(self) -> float:
        """The variance of the losses, biased, as the theorem has it."""
        return max(0.0, self.squares / self.n) if self.n else 0.0


def radius(t: int, alpha: float, around: int) -> float:
    """Return half the width of the interval after `t` observations of variance 1.

    Parameters
    ----------
    around : int
        For about which number of observations it is made as narrow as can be (equation 9).
    """
    squared = (-2 * log(alpha) + log(-2 * log(alpha)) + 1) / around
    v = t * squared + 1
    return sqrt(2 * v / (t * t * squared) * log(sqrt(v) / alpha))


def interval(stable: Arm, canary: Arm, alpha: float, around: int) -> tuple[float, float]:
    """Return the bounds of the canary's mean loss less the stable version's.

    Infinite before both have two observations. The variance is that of the difference of the means
    of two independent samples, scaled to one observation of either; and no less than if both were
    samples of the same losses. The second is what counts where losses are rare: a version with a
    tenth of the requests has had no error at all for a while, and its own variance is 0 then.
    """
    if min(stable.n, canary.n) < 2:
        return -inf, inf
    t = stable.n + canary.n
    difference = canary.mean - stable.mean
    own = stable.variance / stable.n + canary.variance / canary.n
    between = stable.n * canary.n / t * difference**2
    pooled = (stable.squares + canary.squares + between) / t * (1 / stable.n + 1 / canary.n)
    half = sqrt(t * max(own, pooled, 0.0)) * radius(t, alpha, around)
    return difference - half, difference + half
