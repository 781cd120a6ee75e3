"""TimeBudget: divides a time budget among steps. Unused time goes to later steps."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

MIN_SHARE = 0.04


@dataclass
class TimeBudget:
    """A time budget in wall-clock seconds, counted from creation."""

    budget_s: float
    started: float = field(default_factory=time.monotonic)

    @property
    def elapsed_s(self) -> float:
        return time.monotonic() - self.started

    @property
    def remaining_s(self) -> float:
        return max(0.0, self.budget_s - self.elapsed_s)

    def share_s(self, share: float) -> float:
        """Return a share of the remaining time, in seconds.

        It's never less than a small part of the budget, so that every step can do something.
        """
        return max(MIN_SHARE * self.budget_s, share * self.remaining_s)

    def until(self, share: float) -> SectionDeadline:
        """Return the deadline of a step that starts now and has this share."""
        return SectionDeadline.after(self.share_s(share))


@dataclass(frozen=True)
class SectionDeadline:
    """A time on the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> SectionDeadline:
        """Return the deadline in this many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def has_passed(self) -> bool:
        return time.monotonic() >= self.at

    @property
    def remaining_s(self) -> float:
        return max(0.0, self.at - time.monotonic())
