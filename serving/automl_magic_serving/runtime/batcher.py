"""Combines the requests of one turn of the event loop into batches.

Two strategies pay, depending on the model. If one row takes microseconds, predicting at once is
fastest. If it takes longer, and many rows take hardly longer than one, requests of the same turn
share one call. Calls that would block the event loop run in a thread, and requests that arrive
meanwhile form the next batch.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

from automl_magic.errors import DeploymentError
from automl_magic.recipe.checking import Parsed
from automl_magic.recipe.families import RowPrediction
from automl_magic_serving.runtime.served import Served

# Below this time per row, waiting for the next turn of the loop costs more than it saves.
AT_ONCE_S = 0.000_1
# Longer calls run in a thread: blocking the loop would delay all other connections.
HOLD_UP_S = 0.002
MOST_TOGETHER = 1_024
# Weight of the last batch in the running estimate of the slowdown.
LEARNING, MOST_SLOWER = 0.2, 20.0


class Busy(DeploymentError):
    """The queue is full. `retry_after_s` is the delay before a retry, in seconds."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, waiting: int, limit: int, retry_after_s: float) -> None:
        super().__init__(
            "The endpoint's queue is full.",
            why=f"{waiting:,} rows are waiting. The limit is {limit:,}.",
            fix=f"Retry in {max(1, round(retry_after_s))} s, or start more workers.",
        )
        self.retry_after_s = retry_after_s


@dataclass(slots=True)
class _Asked:
    rows: Sequence[Parsed]
    answers: asyncio.Future[list[RowPrediction]]


class Batcher:
    """Predicts with one model in one event loop.

    Parameters
    ----------
    queue : int
        Maximum number of waiting rows.
    """

    def __init__(self, served: Served, *, queue: int = 1_024) -> None:
        self.served, self.queue = served, queue
        self.waiting = 0
        self._asked: deque[_Asked] = deque()
        self._flush_is_due = self._thread_is_busy = False
        self._executor: ThreadPoolExecutor | None = None
        # Time of recent batches relative to the times measured at load.
        self._slower = 1.0

    async def submit(self, rows: Sequence[Parsed]) -> list[RowPrediction]:
        """Predict some rows, in their order.

        Raises
        ------
        Busy
            If too many rows are waiting. These rows aren't processed.
        """
        n = len(rows)
        expected = self._seconds(n)
        if not self._asked and expected <= AT_ONCE_S * n and expected <= HOLD_UP_S:
            started = time.perf_counter()
            answers = self.served.answer(rows)
            self._learn(n, time.perf_counter() - started)
            return answers
        if self.waiting and self.waiting + n > self.queue:
            raise Busy(self.waiting, self.queue, self._seconds(self.waiting))
        loop = asyncio.get_running_loop()
        asked = _Asked(rows, loop.create_future())
        self._asked.append(asked)
        self.waiting += n
        self._schedule(loop)
        return await asked.answers

    async def close(self) -> None:
        """Predict the waiting rows, and stop the thread."""
        while self._asked or self._thread_is_busy:
            await asyncio.sleep(0.001)
        if self._executor is not None:
            self._executor.shutdown()

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._flush_is_due and not self._thread_is_busy:
            self._flush_is_due = True
            loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        batch = self._take()
        if not batch:
            return
        n = sum(len(asked.rows) for asked in batch)
        if self._seconds(n) <= HOLD_UP_S:
            started = time.perf_counter()
            found = self._answered(batch)
            self._learn(n, time.perf_counter() - started)
            _give(batch, found)
            if self._asked:
                self._schedule(asyncio.get_running_loop())
            return
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="automl-answer")
        self._thread_is_busy = True
        started = time.perf_counter()
        work = asyncio.get_running_loop().run_in_executor(self._executor, self._answered, batch)

        def done(work: asyncio.Future[list[list[RowPrediction] | Exception]]) -> None:
            self._thread_is_busy = False
            self._learn(n, time.perf_counter() - started)
            if work.cancelled() or work.exception() is not None:
                # Only at interpreter shutdown; don't leave anyone waiting.
                for asked in batch:
                    asked.answers.cancel()
            else:
                _give(batch, work.result())
            if self._asked:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._schedule(asyncio.get_running_loop())

        work.add_done_callback(done)

    def _take(self) -> list[_Asked]:
        """Return the next requests that weren't cancelled, up to `MOST_TOGETHER` rows."""
        batch: list[_Asked] = []
        n = 0
        while self._asked and (not batch or n + len(self._asked[0].rows) <= MOST_TOGETHER):
            asked = self._asked.popleft()
            self.waiting -= len(asked.rows)
            if not asked.answers.done():
                batch.append(asked)
                n += len(asked.rows)
        return batch

    def _answered(self, batch: Sequence[_Asked]) -> list[list[RowPrediction] | Exception]:
        """Return the predictions of each request; an exception affects only its own request."""
        try:
            rows = [row for asked in batch for row in asked.rows]
            answers = iter(self.served.answer(rows))
            return [[next(answers) for _ in asked.rows] for asked in batch]
        except Exception:  # noqa: BLE001 - raised again below, for its own request
            return [self._alone(asked) for asked in batch]

    def _alone(self, asked: _Asked) -> list[RowPrediction] | Exception:
        try:
            return self.served.answer(asked.rows)
        except Exception as error:  # noqa: BLE001 - raised in `submit`
            return error

    def _seconds(self, n: int) -> float:
        return self.served.seconds(n) * self._slower

    def _learn(self, n: int, seconds: float) -> None:
        slower = min(MOST_SLOWER, max(1 / MOST_SLOWER, seconds / self.served.seconds(n)))
        self._slower += LEARNING * (slower - self._slower)


def _give(batch: Sequence[_Asked], found: Sequence[list[RowPrediction] | Exception]) -> None:
    for asked, answers in zip(batch, found, strict=True):
        if asked.answers.done():  # cancelled
            continue
        if isinstance(answers, Exception):
            asked.answers.set_exception(answers)
        else:
            asked.answers.set_result(answers)
