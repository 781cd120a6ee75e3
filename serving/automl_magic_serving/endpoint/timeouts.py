"""Timeouts of many requests with one timer.

`asyncio.timeout` creates and cancels a timer per request, which costs more than many a prediction.
All requests of a deployment have the same timeout, so they expire in order of arrival: checking the
oldest ten times per second is enough.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable
from typing import Any, TypeVar

from automl_magic_serving.endpoint.errors import PredictionTimeout
from automl_magic_serving.telemetry.shared_counters import VersionCounters

_LOOK_S = 0.1
T = TypeVar("T")


class _Waiter:
    __slots__ = ("began", "is_done", "is_late", "tally", "task")

    def __init__(self, task: asyncio.Task[Any], began: float, tally: VersionCounters) -> None:
        self.task, self.began, self.tally = task, began, tally
        self.is_done = self.is_late = False


class RequestTimeouts:
    """The waiting requests of one deployment."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._waiters: deque[_Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._counted: set[VersionCounters] = set()

    async def wait(self, prediction: Awaitable[T], began: float, tally: VersionCounters) -> T:
        """Wait for a prediction.

        Raises
        ------
        Late
            If there is none `timeout_s` after `began` (`time.perf_counter`), within 0.1 s.
        """
        task = asyncio.current_task()
        assert task is not None
        waiter = _Waiter(task, began, tally)
        self._waiters.append(waiter)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LOOK_S, self._look)
        try:
            return await prediction
        except asyncio.CancelledError:
            # As in `asyncio.timeout`: ours, unless something else cancelled the task too.
            if waiter.is_late and task.uncancel() == 0:
                raise PredictionTimeout(self.timeout_s) from None
            raise
        finally:
            waiter.is_done = True

    def _look(self) -> None:
        now = time.perf_counter()
        self._waiters = deque(waiter for waiter in self._waiters if not waiter.is_done)
        while self._waiters and now - self._waiters[0].began > self.timeout_s:
            waiter = self._waiters.popleft()
            waiter.is_late = True
            waiter.task.cancel()
        self._count_slow(now)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_LOOK_S, self._look) if self._waiters else None

    def _count_slow(self, now: float) -> None:
        # A hanging version returns no predictions, so waiting times count as slow too.
        slow = dict.fromkeys(self._counted, 0)
        for waiter in self._waiters:
            if now - waiter.began > waiter.tally.slow_s:
                slow[waiter.tally] = slow.get(waiter.tally, 0) + 1
        for tally, n in slow.items():
            tally.set_waiting(n)
        self._counted = {tally for tally, n in slow.items() if n}
