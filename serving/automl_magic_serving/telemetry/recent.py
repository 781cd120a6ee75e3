"""The latency of the last minutes, from counters that only grow."""

from __future__ import annotations

from collections import deque

from automl_magic.records.models.deployment import Role
from automl_magic_serving.telemetry.latency import N_BUCKETS, quantile_s
from automl_magic_serving.telemetry.slab import Slab

LOOK_S = 15.0
_LOOKS = 20  # five minutes


class Recent:
    """Remembers what the counters were, so that what was counted since can be told."""

    def __init__(self, slab: Slab) -> None:
        self._slab = slab
        self._looks: deque[dict[int, list[int]]] = deque(maxlen=_LOOKS)
        self.look()

    def look(self) -> None:
        """Remember the counters; to be called every `LOOK_S`."""
        self._looks.append(self._counts())

    def p95_ms(self, place: int) -> float | None:
        """Return the 95th percentile of a deployment in ms, over all workers; None without any."""
        now = self._counts().get(place)
        if now is None:
            return None
        before = self._looks[0].get(place, [0] * N_BUCKETS)
        # A version whose series has ended takes its counts with it.
        seconds = quantile_s([max(0, n - b) for n, b in zip(now, before, strict=True)], 0.95)
        return None if seconds is None else seconds * 1000

    def _counts(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for counts in self._slab.totals():
            if counts.role is not Role.SHADOW:
                sums = found.setdefault(counts.place, [0] * N_BUCKETS)
                for bucket, n in enumerate(counts.buckets):
                    sums[bucket] += n
        return found
