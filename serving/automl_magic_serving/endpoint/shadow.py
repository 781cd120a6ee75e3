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
from automl_magic.records.models.deployment import InputChecks, Role
from automl_magic_serving.endpoint.ids import SHADOW_SUFFIX
from automl_magic_serving.runtime import InvalidInstance, ServedModel
from automl_magic_serving.telemetry.prediction_log import LoggedRequest
from automl_magic_serving.telemetry.redact import Redactor
from automl_magic_serving.telemetry.shared_counters import RequestOutcome, VersionCounters

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
        model: ServedModel,
        checks: InputChecks,
        tally: VersionCounters,
        *,
        epoch: int,
        protector: Redactor,
        thread: ThreadPoolExecutor,
        offer: Callable[[LoggedRequest], None],
    ) -> None:
        self.model, self.checks, self.tally, self.epoch = model, checks, tally, epoch
        self._protector, self._thread, self._offer = protector, thread, offer
        self._waiting: deque[LoggedRequest] = deque()
        self._task: asyncio.Task[None] | None = None
        self._logged_errors: set[str] = set()

    def submit(self, request: LoggedRequest) -> None:
        """Queue a request that another version has handled, or drop it if the queue is full."""
        if len(self._waiting) >= MAX_WAITING:
            self.tally.count(RequestOutcome.DROPPED, len(request.instances))
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

    def _predict_all(self, requests: Sequence[LoggedRequest]) -> list[_ShadowResult]:
        return [self._predict(request) for request in requests]

    def _predict(self, request: LoggedRequest) -> _ShadowResult:
        began = time.perf_counter()
        predictions: list[RowPrediction] = []
        flags: list[dict[str, str]] = []
        outcome, error = RequestOutcome.OK, None
        try:
            parsed = [self.model.parse(instance, self.checks) for instance in request.instances]
            flags = [row.flags for row in parsed]
            predictions = self.model.predict(parsed)
        except InvalidInstance:
            outcome, error = RequestOutcome.REFUSED, "refused"
        except Exception as problem:  # noqa: BLE001 - a shadow's failure affects no response
            outcome, error = RequestOutcome.ERROR, type(problem).__name__
            self._log_error(error)
        seconds = time.perf_counter() - began
        shadow_request = request._replace(
            version=self.model.version,
            role=Role.SHADOW,
            epoch=self.epoch,
            ids=tuple(prediction_id + SHADOW_SUFFIX for prediction_id in request.ids),
            predictions=predictions,
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
            fields = {"model": self.model.model, "version": self.model.version}
            _events.warning("shadow_failed", extra={**fields, "epoch": self.epoch, "error": error})


@dataclass(frozen=True)
class _ShadowResult:
    request: LoggedRequest
    outcome: RequestOutcome
    seconds: float
