"""Which version answers a request: a share of the requests, or always the same one for a key."""

from __future__ import annotations

import hashlib
import os

_SPAN = 1 << 64
# The golden ratio's fraction: multiples of it fill a circle more evenly than of any other number.
_STEP = 0x9E3779B97F4A7C15


class Share:
    """Chooses a share of the requests, spread evenly: of any 100 in a row, 10 % are 10 or so.

    Points of the additive recurrence (Weyl sequence) of the golden ratio; among the first n their
    number below p differs from n·p by O(log n), where chance would differ by √n. The start is
    random, so that the workers do not all choose their first request.
    """

    __slots__ = ("_point",)

    def __init__(self, start: int | None = None) -> None:
        self._point = int.from_bytes(os.urandom(8)) if start is None else start % _SPAN

    def takes(self, threshold: int) -> bool:
        """Say whether this request belongs to the share; see `threshold_of`."""
        self._point = (self._point + _STEP) % _SPAN
        return self._point < threshold


def threshold_of(percent: float) -> int:
    """Return the number below which a point of the circle belongs to a share in percent."""
    return int(percent / 100 * _SPAN)


def point_of(deployment: str, key: str) -> int:
    """Return where on the circle a key lies. It is the same in every process, at any time.

    Who was in a share of 10 % is also in one of 20 %: a growing canary takes no caller back.
    """
    text = f"{deployment}\0{key}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())
