"""The prediction log: requests and predictions are written to the store off the request path.

A request only adds references to a sample. Four times per second, the sample goes to a thread,
which hashes personal values and writes the rows. If the thread can't keep up or the store doesn't
respond, rows are dropped and counted: requests never wait for the log.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Engine

from automl_magic.errors import AutomlMagicError, StoreError
from automl_magic.recipe.families import RowPrediction
from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.records.models.deployment import Deployment, Role
from automl_magic.store.engine import open_engine
from automl_magic.store.predictions import (
    Outcome,
    Prediction,
    add_outcomes,
    deployments_of,
    insert_predictions,
)
from automl_magic.store.pseudonyms import LogKey, log_key_path
from automl_magic.workspace import Workspace
from automl_magic_serving.runtime import QueueFull, ServedModel
from automl_magic_serving.telemetry.outcome_check import InvalidOutcomes, check_outcomes
from automl_magic_serving.telemetry.redact import Redactor
from automl_magic_serving.telemetry.sampling import Sample
from automl_magic_serving.telemetry.shared_counters import Gauge, WorkerCounters

INTERVAL_S = 0.25
# Maximum number of intervals that wait for the store: 10 s of them.
_MAX_WAITING = 40
_RETRY_S = 0.5

_events = logging.getLogger(__name__)


class LoggedRequest(NamedTuple):
    """One request and its predictions, from which log rows are made."""

    at: float
    deployment: str
    model: str
    version: int
    role: Role
    epoch: int
    ids: Sequence[str]
    instances: Sequence[Mapping[str, object]]
    predictions: Sequence[RowPrediction]
    flags: Sequence[Mapping[str, str]]
    latency_ms: float
    error: str | None
    key_id: str | None
    correlation_id: str | None
    protector: Redactor


@dataclass
class _Interval:
    """The rows of a deployment since the last write."""

    sample: Sample[LoggedRequest]
    length_s: float
    ends_at: float


@dataclass
class _OutcomeReport:
    """Reported outcomes, and the request that waits until they are checked and written."""

    outcomes: Sequence[tuple[str, object]]
    readers: Mapping[str, OutcomeReader]
    at: float
    written: asyncio.Future[None]


@dataclass
class PredictionLogger:
    """The prediction log of one worker.

    Parameters
    ----------
    workers : int
        Number of workers that share a deployment's `max_per_s`.
    workspace : Workspace
        Workspace of the predictions.
    """

    workers: int
    region: WorkerCounters
    workspace: Workspace
    _intervals: dict[tuple[str, Role], _Interval] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._queue: queue.Queue[
            tuple[list[tuple[LoggedRequest, int, float]], _OutcomeReport | None] | None
        ]
        self._queue = queue.Queue(_MAX_WAITING)
        self._written = self._dropped = self._lost = 0
        self._key: LogKey | None = None
        self._thread: threading.Thread | None = None
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start writing. Call it in the serving event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._write, name="prediction-log", daemon=True)
        self._thread.start()
        self._timer = self._loop.call_later(INTERVAL_S, self._tick)

    async def stop(self, timeout_s: float) -> None:
        """Write the remaining rows, for at most `timeout_s` seconds."""
        if self._timer is not None:
            self._timer.cancel()
        self._enqueue(everything=True)
        if self._thread is not None:
            # The end marker queues behind the rows, and waits too if the queue is full.
            await asyncio.to_thread(self._stop_thread, timeout_s)
        self._update_gauges()

    def redactor(self, deployment: Deployment, model: ServedModel) -> Redactor:
        """Return the object that removes personal data from a version's rows."""
        if self._key is None:
            self._key = LogKey.load_or_make(log_key_path(self.workspace.home))
        return Redactor(model.schema, deployment.log, self._key)

    def configure(self, deployment: Deployment) -> None:
        """Apply a deployment's log settings from now on."""
        self._enqueue(everything=True)
        log = deployment.log
        # A low rate gets longer intervals, so that each has room for one row.
        length_s = max(INTERVAL_S, self.workers / log.max_per_s)
        size = max(1, int(log.max_per_s * length_s / self.workers))
        share = log.sample if log.enabled else 0.0
        for shadow in (False, True):
            role = Role.SHADOW if shadow else Role.STABLE
            sample: Sample[LoggedRequest] = Sample(share, size)
            self._intervals[deployment.name, role] = _Interval(
                sample, length_s, time.monotonic() + length_s
            )

    def offer(self, request: LoggedRequest) -> None:
        """Add a request to the sample. Takes a microsecond or two."""
        role = Role.SHADOW if request.role is Role.SHADOW else Role.STABLE
        self._intervals[request.deployment, role].sample.offer(request.ids, request)

    async def write_outcomes(
        self, outcomes: Sequence[tuple[str, object]], readers: Mapping[str, OutcomeReader]
    ) -> None:
        """Check and write outcomes.

        Raises
        ------
        InvalidOutcomes
            If one can't be read; see `check_outcomes`. None is written then.
        Busy
        StoreError
            If the store fails.
        """
        report = _OutcomeReport(outcomes, readers, time.time(), self._loop.create_future())
        try:
            self._queue.put_nowait(([], report))
        except queue.Full:
            raise QueueFull(_MAX_WAITING, _MAX_WAITING, INTERVAL_S) from None
        await report.written

    # -- in the loop ---------------------------------------------------------------------------

    def _tick(self) -> None:
        self._enqueue()
        self._update_gauges()
        self._timer = self._loop.call_later(INTERVAL_S, self._tick)

    def _enqueue(self, *, everything: bool = False) -> None:
        now = time.monotonic()
        rows: list[tuple[LoggedRequest, int, float]] = []
        for interval in self._intervals.values():
            if everything or now >= interval.ends_at:
                rows.extend(interval.sample.take())
                interval.ends_at = now + interval.length_s
        if not rows:
            return
        try:
            self._queue.put_nowait((rows, None))
        except queue.Full:
            self._dropped += len(rows)

    def _update_gauges(self) -> None:
        self.region.set(Gauge.LOG_WRITTEN, self._written)
        self.region.set(Gauge.LOG_DROPPED, self._dropped + self._lost)
        self.region.set(Gauge.LOG_QUEUED, self._queue.qsize())

    # -- in the thread -------------------------------------------------------------------------

    def _stop_thread(self, timeout_s: float) -> None:
        assert self._thread is not None
        try:
            self._queue.put(None, timeout=timeout_s)
        except queue.Full:
            return
        self._thread.join(timeout_s)

    def _write(self) -> None:
        engine = None
        while (item := self._queue.get()) is not None:
            rows, report = item
            try:
                if engine is None:
                    engine = open_engine(self.workspace.predictions)
                if rows:
                    insert_predictions(engine, [prediction_row(*row) for row in rows])
                if report is not None:
                    _write_outcomes(engine, report)
            except InvalidOutcomes as error:
                self._finish_report(report, error)
            except AutomlMagicError as error:
                self._lost += len(rows)
                _events.warning("predictions_lost", extra={"rows": len(rows), "why": error.why})
                self._finish_report(report, _not_stored_error())
                time.sleep(_RETRY_S)
            except Exception:  # noqa: BLE001 - a bad row must not end the log
                self._lost += len(rows)
                _events.exception("predictions_lost", extra={"rows": len(rows)})
                self._finish_report(report, _not_stored_error())
            else:
                self._written += len(rows)
                self._finish_report(report, None)
        if engine is not None:
            engine.dispose()

    def _finish_report(self, report: _OutcomeReport | None, error: Exception | None) -> None:
        if report is not None:
            self._loop.call_soon_threadsafe(_settle, report.written, error)


def _write_outcomes(engine: Engine, report: _OutcomeReport) -> None:
    deployments = deployments_of(engine, [prediction_id for prediction_id, _ in report.outcomes])
    check_outcomes(report.outcomes, deployments, report.readers)
    rows = [
        Outcome(prediction_id=prediction_id, outcome=value, at=report.at)
        for prediction_id, value in report.outcomes
    ]
    add_outcomes(engine, rows)


def prediction_row(request: LoggedRequest, index: int, rate: float) -> Prediction:
    """Return one row of a request as stored."""
    prediction = request.predictions[index] if request.predictions else None
    probabilities = None if prediction is None else prediction.probabilities
    return Prediction(
        id=request.ids[index],
        deployment=request.deployment,
        model=request.model,
        version=request.version,
        role=request.role,
        epoch=request.epoch,
        at=request.at,
        features=request.protector.features(request.instances[index]),
        prediction=None if prediction is None else prediction.prediction,
        probabilities=None if probabilities is None else list(probabilities),
        latency_ms=request.latency_ms,
        error=request.error,
        flags=request.flags[index] if request.flags and request.flags[index] else None,
        sample_rate=rate,
        key_id=request.key_id,
        correlation_id=request.correlation_id,
    )


def _not_stored_error() -> StoreError:
    return StoreError(
        "Can't store the outcomes.",
        why="The prediction store doesn't respond.",
        fix="Send them again later. Outcomes sent twice count once.",
    )


def _settle(written: asyncio.Future[None], error: Exception | None) -> None:
    if written.done():  # the caller has disconnected
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(error)
