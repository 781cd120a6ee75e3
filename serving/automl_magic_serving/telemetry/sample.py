"""Sampling: which rows are kept where more come than may be written, each with the same chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappush, heapreplace
from typing import Generic, TypeVar

from automl_magic_serving.endpoint.ids import RANDOM_AT

_DIGITS = 12
T = TypeVar("T")


class Sample(Generic[T]):
    """Keeps at most `size` of an interval's rows: those with the largest random part in their ids.

    Bottom-k sampling (Cohen and Kaplan, 2007): every row of the interval is kept with the same
    probability, which is known when the interval ends. As the draw belongs to the id, a shadow's
    row is kept where the row that it shadows is.

    Parameters
    ----------
    share : float
        The fraction of all rows that are looked at.
    """

    def __init__(self, share: float, size: int) -> None:
        self.share, self.size = share, size
        self._cut = f"{int((1 - share) * 16**_DIGITS):0{_DIGITS}x}"
        self._kept: list[tuple[str, int, T, int]] = []
        self._seen = self._order = 0

    def offer(self, ids: Sequence[str], request: T) -> None:
        """Take the rows of a request into account."""
        for place, one in enumerate(ids):
            draw = one[RANDOM_AT : RANDOM_AT + _DIGITS]
            if draw < self._cut or not self.share:
                continue
            self._seen += 1
            self._order += 1  # no two are equal, so that requests are never compared
            if len(self._kept) < self.size:
                heappush(self._kept, (draw, self._order, request, place))
            elif draw > self._kept[0][0]:
                heapreplace(self._kept, (draw, self._order, request, place))

    def take(self) -> Iterator[tuple[T, int, float]]:
        """End the interval: give each row that is kept, with the probability that it was."""
        kept, seen = self._kept, self._seen
        self._kept, self._seen = [], 0
        rate = self.share * len(kept) / seen if seen else self.share
        return ((request, place, rate) for _, _, request, place in kept)
