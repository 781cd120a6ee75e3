"""A latency histogram with fixed buckets, fine enough for a p95."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

FIRST_S = 1e-4
PER_OCTAVE = 4
OCTAVES = 20
# One bucket below FIRST_S, four for each doubling up to 105 s, one above.
N_BUCKETS = OCTAVES * PER_OCTAVE + 2


def bucket_of(seconds: float) -> int:
    """Return the bucket of a latency; its upper edge is `edge_s`."""
    if seconds < FIRST_S:
        return 0
    return min(int(log2(seconds / FIRST_S) * PER_OCTAVE) + 1, N_BUCKETS - 1)


def edge_s(bucket: int) -> float:
    """Return the upper edge of a bucket in seconds; infinite for the last."""
    if bucket >= N_BUCKETS - 1:
        return float("inf")
    return FIRST_S * 2.0 ** (bucket / PER_OCTAVE)


def quantile_s(counts: Sequence[int], q: float) -> float | None:
    """Return the quantile `q` of the latencies in seconds, or None without counts.

    Interpolates within a bucket on a logarithmic scale. A bucket spans a factor of 1.19, so the
    error is at most 19%.
    """
    total = sum(counts)
    if not total:
        return None
    target, below = q * total, 0
    for bucket, count in enumerate(counts):
        if count and below + count >= target:
            high = edge_s(min(bucket, N_BUCKETS - 2))
            low = high / 2.0 ** (1 / PER_OCTAVE)
            return float(low * (high / low) ** ((target - below) / count))
        below += count
    return edge_s(N_BUCKETS - 2)
