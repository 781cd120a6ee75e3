"""The latency of the last minutes, from cumulative counters."""

from __future__ import annotations

from collections import deque

from automl_magic.records.models.deployment import Role
from automl_magic_serving.telemetry.latency import N_BUCKETS, quantile_s
from automl_magic_serving.telemetry.shared_counters import SharedCounters

SNAPSHOT_S = 15.0
_MAX_SNAPSHOTS = 20  # five minutes


class RecentLatency:
    """Keeps snapshots of the counters, to compute differences over the last minutes."""

    def __init__(self, slab: SharedCounters) -> None:
        self._slab = slab
        self._snapshots: deque[dict[int, list[int]]] = deque(maxlen=_MAX_SNAPSHOTS)
        self.take_snapshot()

    def take_snapshot(self) -> None:
        """Store a snapshot of the counters. Call it every `SNAPSHOT_S` seconds."""
        self._snapshots.append(self._counts())

    def p95_ms(self, index: int) -> float | None:
        """Return the p95 latency of a deployment in ms, over all workers; None without requests."""
        now = self._counts().get(index)
        if now is None:
            return None
        earlier = self._snapshots[0].get(index, [0] * N_BUCKETS)
        # Counts may fall if the counters of an old version were reused.
        seconds = quantile_s([max(0, n - b) for n, b in zip(now, earlier, strict=True)], 0.95)
        return None if seconds is None else seconds * 1000

    def _counts(self) -> dict[int, list[int]]:
        totals: dict[int, list[int]] = {}
        for counts in self._slab.totals():
            if counts.role is not Role.SHADOW:
                sums = totals.setdefault(counts.deployment_index, [0] * N_BUCKETS)
                for bucket, n in enumerate(counts.buckets):
                    sums[bucket] += n
        return totals
