"""Clock: who may take how much of the time. What one part leaves over, the later ones share."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

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

    def share_s(self, share: float) -> float:
        """Return the seconds that a part may take now: its share of what is left.

        However late it is, a part has a little time: what it finds in that is worth more than
        nothing.
        """
        return max(LEAST_SHARE * self.budget_s, share * self.left_s)

    def until(self, share: float) -> Deadline:
        """Return the end of a part's share, counted from now."""
        return Deadline.after(self.share_s(share))


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
