"""One deployment in one worker: chooses a version, predicts, counts and logs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from automl_magic.recipe.families import RowPrediction
from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.records.data.schema import InputSchema
from automl_magic.records.models.deployment import Deployment, Role, Route
from automl_magic_serving.endpoint.errors import NotRouted, PredictionTimeout
from automl_magic_serving.endpoint.ids import new_ids
from automl_magic_serving.endpoint.shadow import Shadow
from automl_magic_serving.endpoint.timeouts import RequestTimeouts
from automl_magic_serving.endpoint.traffic_split import TrafficSplitter, point_of, threshold_of
from automl_magic_serving.runtime import Batcher, InvalidInstance, QueueFull, ServedModel
from automl_magic_serving.telemetry.prediction_log import LoggedRequest, PredictionLogger
from automl_magic_serving.telemetry.recent_latency import RecentLatency
from automl_magic_serving.telemetry.redact import Redactor
from automl_magic_serving.telemetry.shared_counters import (
    Gauge,
    RequestOutcome,
    VersionCounters,
    WorkerCounters,
)
from automl_magic_serving.telemetry.traces import Traces

_COMPLETED = (RequestOutcome.OK, RequestOutcome.LATE, RequestOutcome.ERROR)


class PredictionResponse(NamedTuple):
    """The predictions for one request, all by the same version and route epoch.

    `ids`, `predictions` and `flags` have one item per instance. `explanations` has each column's
    contribution by name, or is None if not requested. `schema` is that of the version that
    predicted, even if the route has changed since.
    """

    model: str
    version: int
    role: Role
    epoch: int
    predictions: Sequence[RowPrediction]
    ids: Sequence[str]
    flags: Sequence[Mapping[str, str]]
    latency_ms: float
    schema: InputSchema
    explanations: Sequence[Mapping[str, float]] | None = None


@dataclass(frozen=True)
class _RoutedVersion:
    """A model version in a role of the route, for one epoch."""

    role: Role
    epoch: int
    model: ServedModel
    batcher: Batcher
    tally: VersionCounters
    protector: Redactor


@dataclass(frozen=True)
class _PinnedRoute:
    """A route with its loaded versions. A request keeps the one that it started with."""

    deployment: Deployment
    route: Route
    stable: _RoutedVersion
    canary: _RoutedVersion | None
    shadow: Shadow | None
    threshold: int

    @cached_property
    def outcome_reader(self) -> OutcomeReader:
        parse = self.stable.model.fitted.recipe.target_parse
        return OutcomeReader.of_all((routed.model.classes for routed in self.versions), parse)

    @property
    def versions(self) -> tuple[_RoutedVersion, ...]:
        return (self.stable,) if self.canary is None else (self.stable, self.canary)

    def accepts_otherwise(
        self, refusing: _RoutedVersion, instances: Sequence[Mapping[str, object]]
    ) -> bool:
        """Return whether the other version accepts instances that one version refuses."""
        if self.canary is None:
            return False
        other = self.stable if refusing is self.canary else self.canary
        try:
            for instance in instances:
                other.model.parse(instance, self.deployment.checks)
        except InvalidInstance:
            return False
        return True


class Endpoint:
    """One deployment in one worker.

    Parameters
    ----------
    index : int
        Index of the deployment in this server, which locates its counters.
    region : Region
        Counters of this worker.
    log : PredictionLogger
        Prediction log of all deployments.
    executor : ThreadPoolExecutor
        Thread for work off the request path: shadows and explanations.
    """

    def __init__(
        self,
        name: str,
        index: int,
        *,
        region: WorkerCounters,
        log: PredictionLogger,
        traces: Traces,
        recent: RecentLatency,
        executor: ThreadPoolExecutor,
    ) -> None:
        self.name, self.index = name, index
        self.last_prediction_at: float | None = None
        self._region, self._log = region, log
        self._traces, self._recent, self._executor = traces, recent, executor
        self._pinned: _PinnedRoute | None = None
        self._splitter = TrafficSplitter()
        self._batchers: dict[str, Batcher] = {}
        self._timeouts = RequestTimeouts(0.0)

    @property
    def deployment(self) -> Deployment:
        """The deployment's specification."""
        return self._current.deployment

    @property
    def route(self) -> Route:
        """The route for new requests."""
        return self._current.route

    @property
    def schema(self) -> InputSchema:
        """The schema of the stable version."""
        return self._current.stable.model.schema

    def model(self, version: int | None = None) -> ServedModel:
        """Return the model of a served version, by default the stable one. Raises NotRouted."""
        pinned = self._current
        routed = pinned.stable if version is None else _find_version(pinned, version)
        return routed.model

    @property
    def serving_versions(self) -> tuple[int, ...]:
        """The versions whose predictions are returned: stable and canary."""
        return tuple(routed.model.version for routed in self._current.versions)

    @property
    def classes(self) -> dict[Role, tuple[object, ...]]:
        """The labels of the stable version and the canary; empty for a regression."""
        return {routed.role: routed.model.classes for routed in self._current.versions}

    @property
    def outcome_reader(self) -> OutcomeReader:
        """The reader of the outcomes of the deployment's predictions."""
        return self._current.outcome_reader

    @property
    def takes_requests(self) -> bool:
        """Whether the versions of the route are loaded."""
        return self._pinned is not None

    @property
    def _current(self) -> _PinnedRoute:
        if self._pinned is None:
            raise RuntimeError(f"{self.name} has no route yet.")
        return self._pinned

    def apply_route(
        self, deployment: Deployment, route: Route, models: Mapping[int, ServedModel]
    ) -> None:
        """Switch to a route whose versions are loaded. Running requests keep their route."""
        before = self._pinned
        if before is not None:
            for old in before.versions:
                old.tally.end()
            if before.shadow is not None:
                before.shadow.tally.end()
                before.shadow.stop()
        slow_s = (deployment.slos.latency_ms_p95 or float("inf")) / 1000
        if before is None or before.deployment.limits != deployment.limits:
            self._timeouts = RequestTimeouts(deployment.limits.timeout_s)
            self._batchers.clear()
        if before is None or before.deployment.log != deployment.log:
            self._log.configure(deployment)

        def tally(role: Role, version: int) -> VersionCounters:
            return self._region.version_counters(self.index, role, version, route.epoch, slow_s)

        def routed_version(role: Role, version: int) -> _RoutedVersion:
            model = models[version]
            return _RoutedVersion(
                role,
                route.epoch,
                model,
                self._batcher(model, deployment),
                tally(role, version),
                self._log.redactor(deployment, model),
            )

        shadow = None
        if route.shadow is not None:
            shadow = Shadow(
                models[route.shadow],
                deployment.checks,
                tally(Role.SHADOW, route.shadow),
                epoch=route.epoch,
                protector=self._log.redactor(deployment, models[route.shadow]),
                thread=self._executor,
                offer=self._log.offer,
            )
        self._pinned = _PinnedRoute(
            deployment,
            route,
            routed_version(Role.STABLE, route.stable),
            None if route.canary is None else routed_version(Role.CANARY, route.canary),
            shadow,
            threshold_of(route.percent),
        )
        used = {model.manifest_sha256 for model in models.values()}
        self._batchers = {key: batcher for key, batcher in self._batchers.items() if key in used}

    async def predict(
        self,
        instances: Sequence[Mapping[str, object]],
        *,
        version: int | None = None,
        key_id: str | None = None,
        correlation_id: str | None = None,
        sticky_key: str | None = None,
        explain: bool = False,
        traceparent: str | None = None,
        began: float | None = None,
    ) -> PredictionResponse:
        """Predict with one version of the current route.

        Parameters
        ----------
        version : int, optional
            Version to use, whatever its traffic share. By default the route chooses.
        key_id : str, optional
            Id of the API key, for the log.
        correlation_id, traceparent : str, optional
            The caller's request id, and its trace span (W3C Trace Context).
        sticky_key : str, optional
            If the route is sticky, requests with the same key go to the same version.
        began : float, optional
            Arrival time of the request by `time.perf_counter`, in seconds. Default: now.

        Raises
        ------
        Refused
            If an instance doesn't match the version's schema.
        Busy
            If more rows are waiting than the deployment's `limits.queue`.
        Late
            If there is no prediction within `limits.timeout_s`.
        NotRouted
            If `version` isn't one of the served versions.
        """
        began = time.perf_counter() if began is None else began
        pinned = self._current
        routed = (
            self._choose(pinned, sticky_key) if version is None else _find_version(pinned, version)
        )
        span = self._traces.begin(self.name, traceparent) if self._traces.on else None
        self._region.add(Gauge.IN_FLIGHT)
        predictions: Sequence[RowPrediction] = ()
        flags: Sequence[Mapping[str, str]] = ()
        explanations = None
        outcome = RequestOutcome.OK
        try:
            parsed = [
                routed.model.parse(instance, pinned.deployment.checks) for instance in instances
            ]
            flags = [row.flags for row in parsed]
            predictions = await self._timeouts.wait(
                routed.batcher.submit(parsed), began, routed.tally
            )
            if explain:
                explaining = asyncio.get_running_loop().run_in_executor(
                    self._executor, lambda: [routed.model.explain(row) for row in parsed]
                )
                explanations = await self._timeouts.wait(explaining, began, routed.tally)
        except BaseException as problem:
            outcome = _outcome_of(problem)
            if outcome is RequestOutcome.ERROR:  # for the log line of the HTTP or gRPC handler
                problem.add_note(
                    f"{routed.model.model}/{routed.model.version}, epoch {routed.epoch}"
                )
            raise
        finally:
            seconds = time.perf_counter() - began
            self._region.add(Gauge.IN_FLIGHT, -1)
            routed.tally.count(outcome, len(instances), seconds if outcome in _COMPLETED else None)
            if (
                outcome is RequestOutcome.REFUSED
                and version is None  # a caller that chooses a version isn't a fair comparison
                and pinned.accepts_otherwise(routed, instances)
            ):
                routed.tally.count_refused_alone()
            if span is not None:
                self._traces.end(span, routed.model, routed.role, outcome)
            ids: Sequence[str] = ()
            if outcome in _COMPLETED:
                ids = new_ids(len(instances))
                logged_request = LoggedRequest(
                    at=time.time(),
                    deployment=self.name,
                    model=routed.model.model,
                    version=routed.model.version,
                    role=routed.role,
                    epoch=routed.epoch,
                    ids=ids,
                    instances=instances,
                    predictions=predictions,
                    flags=flags,
                    latency_ms=seconds * 1000,
                    error=None if outcome is RequestOutcome.OK else outcome.name.lower(),
                    key_id=key_id,
                    correlation_id=correlation_id,
                    protector=routed.protector,
                )
                self._log.offer(logged_request)
                self.last_prediction_at = logged_request.at
                if pinned.shadow is not None and outcome is RequestOutcome.OK:
                    # Runs after the response: this request continues before the event loop does.
                    asyncio.get_running_loop().call_soon(pinned.shadow.submit, logged_request)
        return PredictionResponse(
            model=routed.model.model,
            version=routed.model.version,
            role=routed.role,
            epoch=routed.epoch,
            predictions=predictions,
            ids=ids,
            flags=flags,
            latency_ms=seconds * 1000,
            schema=routed.model.schema,
            explanations=explanations,
        )

    def _choose(self, pinned: _PinnedRoute, sticky_key: str | None) -> _RoutedVersion:
        if pinned.canary is None:
            return pinned.stable
        if pinned.route.sticky and sticky_key is not None:
            is_canary = point_of(self.name, sticky_key) < pinned.threshold
        else:
            is_canary = self._splitter.includes_next(pinned.threshold)
        return pinned.canary if is_canary else pinned.stable

    def _batcher(self, model: ServedModel, deployment: Deployment) -> Batcher:
        key = model.manifest_sha256
        if key not in self._batchers:
            self._batchers[key] = Batcher(model, queue=deployment.limits.queue)
        return self._batchers[key]

    async def write_outcomes(
        self,
        outcomes: Sequence[tuple[str, object]],
        readers: Mapping[str, OutcomeReader] | None = None,
    ) -> None:
        """Store outcomes: pairs of a prediction id and a label or number.

        Returns when they are written. A later outcome of a prediction replaces an earlier one.

        Parameters
        ----------
        readers : mapping of str to OutcomeReader, optional
            The readers of the deployments that the caller has access to. Default: this one's.

        Raises
        ------
        InvalidOutcomes
            If a value isn't a class of the model, or a number for a regression. None is stored.
        Busy
            If too many writes are waiting.
        StoreError
            If the prediction store doesn't respond.
        """
        readers = {self.name: self.outcome_reader} if readers is None else readers
        await self._log.write_outcomes(outcomes, readers)

    @property
    def latency_p95_ms(self) -> float | None:
        """The p95 latency in ms of the last minutes, over all workers; None without requests."""
        return self._recent.p95_ms(self.index)


def _find_version(pinned: _PinnedRoute, version: int) -> _RoutedVersion:
    for routed in pinned.versions:
        if routed.model.version == version:
            return routed
    raise NotRouted(version, tuple(routed.model.version for routed in pinned.versions))


def _outcome_of(problem: BaseException) -> RequestOutcome:
    match problem:
        case InvalidInstance():
            return RequestOutcome.REFUSED
        case QueueFull():
            return RequestOutcome.BUSY
        case PredictionTimeout():
            return RequestOutcome.LATE
        case asyncio.CancelledError():
            return RequestOutcome.GONE
    return RequestOutcome.ERROR
