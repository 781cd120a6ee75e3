"""Uniform sampling of rows when there are too many to log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappush, heapreplace
from typing import Generic, TypeVar

from automl_magic_serving.endpoint.ids import RANDOM_AT

_DIGITS = 12
T = TypeVar("T")


class Sample(Generic[T]):
    """Keeps at most `size` rows of an interval: those with the largest random part in their ids.

    Bottom-k sampling (Cohen and Kaplan, 2007): every row of the interval is kept with the same
    probability, which is known when the interval ends. The randomness is in the id, so a shadow's
    row is kept if the row that it mirrors is kept.

    Parameters
    ----------
    share : float
        Fraction of rows to consider, from 0 to 1.
    """

    def __init__(self, share: float, size: int) -> None:
        self.share, self.size = share, size
        self._min_draw = f"{int((1 - share) * 16**_DIGITS):0{_DIGITS}x}"
        self._kept: list[tuple[str, int, T, int]] = []
        self._n_seen = self._order = 0

    def offer(self, ids: Sequence[str], request: T) -> None:
        """Add the rows of a request."""
        for index, prediction_id in enumerate(ids):
            draw = prediction_id[RANDOM_AT : RANDOM_AT + _DIGITS]
            if draw < self._min_draw or not self.share:
                continue
            self._n_seen += 1
            self._order += 1  # a unique tie-breaker, so that requests are never compared
            if len(self._kept) < self.size:
                heappush(self._kept, (draw, self._order, request, index))
            elif draw > self._kept[0][0]:
                heapreplace(self._kept, (draw, self._order, request, index))

    def take(self) -> Iterator[tuple[T, int, float]]:
        """End the interval: yield each kept row with its sampling probability."""
        rows, n_seen = self._kept, self._n_seen
        self._kept, self._n_seen = [], 0
        rate = self.share * len(rows) / n_seen if n_seen else self.share
        return ((request, index, rate) for _, _, request, index in rows)
