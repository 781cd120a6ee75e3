"""Clock: who may take how much of the time. What one part leaves over, the later ones share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

# What may take long, in the order of the notebook, with its part of the time.
WEIGHTS: Mapping[str, float] = {
    "fairness": 0.5,
    "shap": 4.0,
    "local": 0.5,
    "refit": 2.5,
    "permutation": 2.5,
    "dependence": 1.5,
    "counterfactuals": 1.5,
}
LEAST_SHARE = 0.04


@dataclass
class Clock:
    """Counts from its making on. `budget_s` is wall-clock time."""

    budget_s: float
    started: float = field(default_factory=time.monotonic)

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self.started

    @property
    def left_s(self) -> float:
        return max(0.0, self.budget_s - self.elapsed_s)

    def share_s(self, part: str) -> float:
        """Return the seconds that a part may take now: its share of what is left.

        It is shared with the parts that come after it. However late it is, a part has a little
        time: what it finds in that is worth more than nothing.
        """
        names = list(WEIGHTS)
        later = names[names.index(part) :]
        share_s = self.left_s * WEIGHTS[part] / sum(WEIGHTS[name] for name in later)
        return max(LEAST_SHARE * self.budget_s, share_s)

    def until(self, part: str) -> Deadline:
        """Return the end of a part's share, counted from now."""
        return Deadline.after(self.share_s(part))


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the moment so many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.at

    @property
    def left_s(self) -> float:
        return max(0.0, self.at - time.monotonic())
