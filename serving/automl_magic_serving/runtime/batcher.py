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
from automl_magic.recipe.families import RowPrediction
from automl_magic.recipe.instance_validator import ValidatedInstance
from automl_magic_serving.runtime.served_model import ServedModel

# Below this time per row, waiting for the next turn of the loop costs more than it saves.
INLINE_ROW_S = 0.000_1
# Longer calls run in a thread: blocking the loop would delay all other connections.
MAX_BLOCKING_S = 0.002
MAX_BATCH_ROWS = 1_024
# Weight of the last batch in the running estimate of the slowdown.
SMOOTHING, MAX_SLOWDOWN = 0.2, 20.0


class QueueFull(DeploymentError):
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
class _QueuedRequest:
    rows: Sequence[ValidatedInstance]
    future: asyncio.Future[list[RowPrediction]]


class Batcher:
    """Predicts with one model in one event loop.

    Parameters
    ----------
    queue : int
        Maximum number of waiting rows.
    """

    def __init__(self, model: ServedModel, *, queue: int = 1_024) -> None:
        self.model, self.queue = model, queue
        self.waiting = 0
        self._requests: deque[_QueuedRequest] = deque()
        self._flush_is_due = self._thread_is_busy = False
        self._executor: ThreadPoolExecutor | None = None
        # Time of recent batches relative to the times measured at load.
        self._slowdown = 1.0

    async def submit(self, rows: Sequence[ValidatedInstance]) -> list[RowPrediction]:
        """Predict some rows, in their order.

        Raises
        ------
        Busy
            If too many rows are waiting. These rows aren't processed.
        """
        n = len(rows)
        expected = self._seconds(n)
        if not self._requests and expected <= INLINE_ROW_S * n and expected <= MAX_BLOCKING_S:
            started = time.perf_counter()
            predictions = self.model.predict(rows)
            self._update_slowdown(n, time.perf_counter() - started)
            return predictions
        if self.waiting and self.waiting + n > self.queue:
            raise QueueFull(self.waiting, self.queue, self._seconds(self.waiting))
        loop = asyncio.get_running_loop()
        request = _QueuedRequest(rows, loop.create_future())
        self._requests.append(request)
        self.waiting += n
        self._schedule(loop)
        return await request.future

    async def close(self) -> None:
        """Predict the waiting rows, and stop the thread."""
        while self._requests or self._thread_is_busy:
            await asyncio.sleep(0.001)
        if self._executor is not None:
            self._executor.shutdown()

    def _schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._flush_is_due and not self._thread_is_busy:
            self._flush_is_due = True
            loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        batch = self._next_batch()
        if not batch:
            return
        n = sum(len(request.rows) for request in batch)
        if self._seconds(n) <= MAX_BLOCKING_S:
            started = time.perf_counter()
            results = self._predict_batch(batch)
            self._update_slowdown(n, time.perf_counter() - started)
            _set_results(batch, results)
            if self._requests:
                self._schedule(asyncio.get_running_loop())
            return
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="automl-answer")
        self._thread_is_busy = True
        started = time.perf_counter()
        future = asyncio.get_running_loop().run_in_executor(
            self._executor, self._predict_batch, batch
        )

        def done(work: asyncio.Future[list[list[RowPrediction] | Exception]]) -> None:
            self._thread_is_busy = False
            self._update_slowdown(n, time.perf_counter() - started)
            if work.cancelled() or work.exception() is not None:
                # Only at interpreter shutdown; don't leave anyone waiting.
                for request in batch:
                    request.future.cancel()
            else:
                _set_results(batch, work.result())
            if self._requests:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    self._schedule(asyncio.get_running_loop())

        future.add_done_callback(done)

    def _next_batch(self) -> list[_QueuedRequest]:
        """Return the next requests that weren't cancelled, up to `MAX_BATCH_ROWS` rows."""
        batch: list[_QueuedRequest] = []
        n = 0
        while self._requests and (not batch or n + len(self._requests[0].rows) <= MAX_BATCH_ROWS):
            request = self._requests.popleft()
            self.waiting -= len(request.rows)
            if not request.future.done():
                batch.append(request)
                n += len(request.rows)
        return batch

    def _predict_batch(
        self, batch: Sequence[_QueuedRequest]
    ) -> list[list[RowPrediction] | Exception]:
        """Return the predictions of each request; an exception affects only its own request."""
        try:
            rows = [row for request in batch for row in request.rows]
            predictions = iter(self.model.predict(rows))
            return [[next(predictions) for _ in request.rows] for request in batch]
        except Exception:  # noqa: BLE001 - raised again below, for its own request
            return [self._predict_request(request) for request in batch]

    def _predict_request(self, request: _QueuedRequest) -> list[RowPrediction] | Exception:
        try:
            return self.model.predict(request.rows)
        except Exception as error:  # noqa: BLE001 - raised in `submit`
            return error

    def _seconds(self, n: int) -> float:
        return self.model.estimate_seconds(n) * self._slowdown

    def _update_slowdown(self, n: int, seconds: float) -> None:
        slowdown = min(
            MAX_SLOWDOWN, max(1 / MAX_SLOWDOWN, seconds / self.model.estimate_seconds(n))
        )
        self._slowdown += SMOOTHING * (slowdown - self._slowdown)


def _set_results(
    batch: Sequence[_QueuedRequest], results: Sequence[list[RowPrediction] | Exception]
) -> None:
    for request, result in zip(batch, results, strict=True):
        if request.future.done():  # cancelled
            continue
        if isinstance(result, Exception):
            request.future.set_exception(result)
        else:
            request.future.set_result(result)
