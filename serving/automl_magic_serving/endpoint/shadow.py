"""Runs a shadow version on a request after another version's response was sent."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from automl_magic.recipe.families import RowPrediction
from automl_magic.records.models.deployment import Checks, Role
from automl_magic_serving.endpoint.ids import SHADOW_SUFFIX
from automl_magic_serving.runtime import Refused, Served
from automl_magic_serving.telemetry.log import Asked
from automl_magic_serving.telemetry.protect import Protector
from automl_magic_serving.telemetry.slab import Outcome, Tally

# Maximum number of waiting requests. Beyond it the shadow is too slow, and requests are dropped.
MAX_WAITING = 256
_BATCH_SIZE = 64

_events = logging.getLogger(__name__)


class Shadow:
    """A version that predicts in its own thread, and whose predictions are only logged.

    Parameters
    ----------
    offer : callable
        Adds a request to the prediction log.
    """

    def __init__(
        self,
        model: Served,
        checks: Checks,
        tally: Tally,
        *,
        epoch: int,
        protector: Protector,
        thread: ThreadPoolExecutor,
        offer: Callable[[Asked], None],
    ) -> None:
        self.served, self.checks, self.tally, self.epoch = model, checks, tally, epoch
        self._protector, self._thread, self._offer = protector, thread, offer
        self._waiting: deque[Asked] = deque()
        self._task: asyncio.Task[None] | None = None
        self._logged_errors: set[str] = set()

    def ask(self, request: Asked) -> None:
        """Queue a request that another version has handled, or drop it if the queue is full."""
        if len(self._waiting) >= MAX_WAITING:
            self.tally.count(Outcome.DROPPED, len(request.instances))
            return
        self._waiting.append(request)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Discard the waiting requests: the shadow is no longer in the route."""
        self._waiting.clear()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            requests = [
                self._waiting.popleft() for _ in range(min(_BATCH_SIZE, len(self._waiting)))
            ]
            for result in await loop.run_in_executor(self._thread, self._predict_all, requests):
                self.tally.count(result.outcome, len(result.request.instances), result.seconds)
                self._offer(result.request)
        self._task = None

    def _predict_all(self, requests: Sequence[Asked]) -> list[_ShadowResult]:
        return [self._predict(request) for request in requests]

    def _predict(self, request: Asked) -> _ShadowResult:
        began = time.perf_counter()
        predictions: list[RowPrediction] = []
        flags: list[dict[str, str]] = []
        outcome, error = Outcome.OK, None
        try:
            parsed = [self.served.parse(instance, self.checks) for instance in request.instances]
            flags = [row.flags for row in parsed]
            predictions = self.served.answer(parsed)
        except Refused:
            outcome, error = Outcome.REFUSED, "refused"
        except Exception as problem:  # noqa: BLE001 - a shadow's failure affects no response
            outcome, error = Outcome.ERROR, type(problem).__name__
            self._log_error(error)
        seconds = time.perf_counter() - began
        shadow_request = request._replace(
            version=self.served.version,
            role=Role.SHADOW,
            epoch=self.epoch,
            ids=tuple(prediction_id + SHADOW_SUFFIX for prediction_id in request.ids),
            answers=predictions,
            flags=flags,
            latency_ms=seconds * 1000,
            error=error,
            protector=self._protector,
        )
        return _ShadowResult(shadow_request, outcome, seconds)

    def _log_error(self, error: str) -> None:
        # Logged once per epoch: every request may fail, and the metrics count them.
        if error not in self._logged_errors:
            self._logged_errors.add(error)
            fields = {"model": self.served.model, "version": self.served.version}
            _events.warning("shadow_failed", extra={**fields, "epoch": self.epoch, "error": error})


@dataclass(frozen=True)
class _ShadowResult:
    request: Asked
    outcome: Outcome
    seconds: float
