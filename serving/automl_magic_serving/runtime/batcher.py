"""Batcher: what is asked in one turn of the event loop is answered together.

Two things pay, and which one depends on the model. Where one row takes microseconds, nothing is
quicker than to answer it at once. Where it takes longer, and many rows together hardly take longer
than one, those that arrive in the same turn share one call. What would hold up the loop goes to a
thread, and what arrives meanwhile is the next batch.
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

# Below this, waiting for the next turn of the loop costs more than it saves.
AT_ONCE_S = 0.000_1
# A loop that is held up for longer answers all its other connections late.
HOLD_UP_S = 0.002
MOST_TOGETHER = 1_024
# How much the last batch says about the next one.
LEARNING, MOST_SLOWER = 0.2, 20.0


class Busy(DeploymentError):
    """More rows wait than the queue holds. `retry_after_s` is when to come again."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, waiting: int, limit: int, retry_after_s: float) -> None:
        super().__init__(
            "The endpoint has more to do than it may keep waiting.",
            why=f"{waiting:,} rows wait, and the queue holds {limit:,}.",
            fix=f"Try again in {max(1, round(retry_after_s))} s, or start more workers.",
        )
        self.retry_after_s = retry_after_s


@dataclass(slots=True)
class _Asked:
    rows: Sequence[Parsed]
    answers: asyncio.Future[list[RowPrediction]]


class Batcher:
    """Answers for one model, in one event loop.

    Parameters
    ----------
    queue : int
        How many rows may wait.
    """

    def __init__(self, served: Served, *, queue: int = 1_024) -> None:
        self.served, self.queue = served, queue
        self.waiting = 0
        self._asked: deque[_Asked] = deque()
        self._flush_is_due = self._thread_is_busy = False
        self._executor: ThreadPoolExecutor | None = None
        # How much longer batches take than was measured when the model was loaded.
        self._slower = 1.0

    async def submit(self, rows: Sequence[Parsed]) -> list[RowPrediction]:
        """Answer some rows, in their order.

        Raises
        ------
        Busy
            If too many rows wait; nothing was done about these.
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
        """Answer what waits, and end the thread."""
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
                # Only an interpreter that ends gets here; nobody shall wait for it.
                for asked in batch:
                    asked.answers.cancel()
            else:
                _give(batch, work.result())
            if self._asked:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._schedule(asyncio.get_running_loop())

        work.add_done_callback(done)

    def _take(self) -> list[_Asked]:
        """Return the next ones that somebody still waits for, up to so many rows."""
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
        """Return the answers to each one of a batch; what one raises is its own."""
        try:
            rows = [row for asked in batch for row in asked.rows]
            answers = iter(self.served.answer(rows))
            return [[next(answers) for _ in asked.rows] for asked in batch]
        except Exception:  # noqa: BLE001 - found again below, at the one that it belongs to
            return [self._alone(asked) for asked in batch]

    def _alone(self, asked: _Asked) -> list[RowPrediction] | Exception:
        try:
            return self.served.answer(asked.rows)
        except Exception as error:  # noqa: BLE001 - it is raised where it was asked
            return error

    def _seconds(self, n: int) -> float:
        return self.served.seconds(n) * self._slower

    def _learn(self, n: int, seconds: float) -> None:
        slower = min(MOST_SLOWER, max(1 / MOST_SLOWER, seconds / self.served.seconds(n)))
        self._slower += LEARNING * (slower - self._slower)


def _give(batch: Sequence[_Asked], found: Sequence[list[RowPrediction] | Exception]) -> None:
    for asked, answers in zip(batch, found, strict=True):
        if asked.answers.done():  # cancelled meanwhile
            continue
        if isinstance(answers, Exception):
            asked.answers.set_exception(answers)
        else:
            asked.answers.set_result(answers)
