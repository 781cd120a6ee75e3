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
_AT_ONCE = 64

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
        served: Served,
        checks: Checks,
        tally: Tally,
        *,
        epoch: int,
        protector: Protector,
        thread: ThreadPoolExecutor,
        offer: Callable[[Asked], None],
    ) -> None:
        self.served, self.checks, self.tally, self.epoch = served, checks, tally, epoch
        self._protector, self._thread, self._offer = protector, thread, offer
        self._waiting: deque[Asked] = deque()
        self._task: asyncio.Task[None] | None = None
        self._noted: set[str] = set()

    def ask(self, asked: Asked) -> None:
        """Queue a request that another version has handled, or drop it if the queue is full."""
        if len(self._waiting) >= MAX_WAITING:
            self.tally.count(Outcome.DROPPED, len(asked.instances))
            return
        self._waiting.append(asked)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    def stop(self) -> None:
        """Discard the waiting requests: the shadow is no longer in the route."""
        self._waiting.clear()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            questions = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            for said in await loop.run_in_executor(self._thread, self._answer_all, questions):
                self.tally.count(said.outcome, len(said.asked.instances), said.seconds)
                self._offer(said.asked)
        self._task = None

    def _answer_all(self, questions: Sequence[Asked]) -> list[_Said]:
        return [self._answer(question) for question in questions]

    def _answer(self, question: Asked) -> _Said:
        began = time.perf_counter()
        answers: list[RowPrediction] = []
        flags: list[dict[str, str]] = []
        outcome, error = Outcome.OK, None
        try:
            parsed = [self.served.parse(one, self.checks) for one in question.instances]
            flags = [one.flags for one in parsed]
            answers = self.served.answer(parsed)
        except Refused:
            outcome, error = Outcome.REFUSED, "refused"
        except Exception as problem:  # noqa: BLE001 - a shadow's failure affects no response
            outcome, error = Outcome.ERROR, type(problem).__name__
            self._note(error)
        seconds = time.perf_counter() - began
        asked = question._replace(
            version=self.served.version,
            role=Role.SHADOW,
            epoch=self.epoch,
            ids=tuple(one + SHADOW_SUFFIX for one in question.ids),
            answers=answers,
            flags=flags,
            latency_ms=seconds * 1000,
            error=error,
            protector=self._protector,
        )
        return _Said(asked, outcome, seconds)

    def _note(self, error: str) -> None:
        # Logged once per epoch: every request may fail, and the metrics count them.
        if error not in self._noted:
            self._noted.add(error)
            about = {"model": self.served.model, "version": self.served.version}
            _events.warning("shadow_failed", extra={**about, "epoch": self.epoch, "error": error})


@dataclass(frozen=True)
class _Said:
    asked: Asked
    outcome: Outcome
    seconds: float
