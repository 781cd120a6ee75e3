"""Traffic split between versions: by share of requests, or fixed by key."""

from __future__ import annotations

import hashlib
import os

_SPAN = 1 << 64
# The golden ratio's fraction: its multiples fill a circle most evenly.
_STEP = 0x9E3779B97F4A7C15


class TrafficSplitter:
    """Selects a share of the requests, spread evenly: at 10%, about 10 of any 100 in a row.

    Points of the additive recurrence (Weyl sequence) of the golden ratio: among the first n, the
    number below p differs from n·p by O(log n), compared with √n for random choice. The start is
    random, so that workers don't all select their first request.
    """

    __slots__ = ("_point",)

    def __init__(self, start: int | None = None) -> None:
        self._point = int.from_bytes(os.urandom(8)) if start is None else start % _SPAN

    def includes_next(self, threshold: int) -> bool:
        """Return whether the next request belongs to the share; see `threshold_of`."""
        self._point = (self._point + _STEP) % _SPAN
        return self._point < threshold


def threshold_of(percent: float) -> int:
    """Return the upper bound of the points that belong to a share, in percent."""
    return int(percent / 100 * _SPAN)


def point_of(deployment: str, key: str) -> int:
    """Return the point of a key, the same in every process.

    A key in a share of 10% is also in one of 20%: a growing canary keeps its callers.
    """
    text = f"{deployment}\0{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())
