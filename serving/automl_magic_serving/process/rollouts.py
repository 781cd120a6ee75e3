"""Rollouts: removes canaries that breach their objectives, and ends decided A/B tests."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from automl_magic.errors import AutomlMagicError
from automl_magic.records.models.deployment import Role, StrategyKind
from automl_magic_serving.process.ab_test import ABCriterion, ABTest, Verdict
from automl_magic_serving.process.canary_guard import find_breach, find_refusals
from automl_magic_serving.process.channel import WorkerAssignment
from automl_magic_serving.process.store_client import StoreClient
from automl_magic_serving.telemetry.shared_counters import SharedCounters

_ACTOR = "automl-serving"

_events = logging.getLogger(__name__)
T = TypeVar("T")


class StoreCall(Protocol):
    """Calls the store in a thread; returns None if the store doesn't respond."""

    async def __call__(self, function: Callable[..., T], *arguments: object) -> T | None: ...


class Rollouts:
    """Checks canaries and A/B tests, and changes routes accordingly.

    Parameters
    ----------
    names : sequence of str
        Deployments, in the order of their counters.
    targets : mapping
        Current target of each deployment; it changes.
    call_store : callable
        Calls the store.
    refresh : callable
        Called after a route has changed.
    send_state : callable
        Sends the state of A/B tests to the workers.
    """

    def __init__(
        self,
        names: Sequence[str],
        targets: Mapping[str, WorkerAssignment],
        stored: StoreClient,
        slab: SharedCounters,
        *,
        call_store: StoreCall,
        refresh: Callable[[], Awaitable[None]],
        send_state: Callable[..., None],
    ) -> None:
        self._names, self._targets, self._stored, self._slab = names, targets, stored, slab
        self._call_store, self._refresh, self._send_state = call_store, refresh, send_state
        # Reported by the workers that have loaded a deployment's model.
        self.criteria: dict[str, ABCriterion] = {}
        self._experiments: dict[str, ABTest] = {}
        self._sent_states: list[dict[str, object]] = []
        self._logged_failures: set[tuple[str, int, int]] = set()

    async def check_canaries(self) -> None:
        """Remove every canary that breaches its objectives or refuses valid requests."""
        for index, name in enumerate(self._names):
            target = self._targets[name]
            route, slos = target.route, target.deployment.slos
            if route.canary is None:
                continue
            canary = self._slab.live(index, Role.CANARY, route.epoch)
            stable = self._slab.live(index, Role.STABLE, route.epoch)
            if (breach := find_breach(canary, slos)) is not None:
                await self.roll_back(target, route.canary, f"Objective breached: {breach}")
            elif (refusals := find_refusals(canary, stable, slos)) is not None:
                await self.roll_back(target, route.canary, refusals)

    async def roll_back(self, target: WorkerAssignment, version: int, reason: str) -> None:
        """Remove a version from a route, if the route hasn't changed, and log the reason."""
        name, epoch = target.route.deployment, target.route.epoch
        try:
            changed = await self._call_store(
                self._stored.remove_version, target.route, version, _ACTOR, reason[:1_000]
            )
        except AutomlMagicError as error:
            # The route has changed meanwhile, or there is no version to return to.
            key = (name, epoch, version)
            if key not in self._logged_failures:
                _events.warning(
                    "not_rolled_back",
                    extra={"deployment": name, "epoch": epoch, "what": error.what}
                    | {"why": error.why, "reason": reason},
                )
            self._logged_failures.add(key)
            return
        if changed is not None:
            _events.warning(
                "rolled_back",
                extra={"deployment": name, "epoch": changed.epoch, "version": version}
                | {"reason": reason},
            )
            await self._refresh()

    async def check_ab_tests(self) -> None:
        """Add new outcomes to every A/B test, and act on those that are decided."""
        running = {}
        for name, target in self._targets.items():
            route, judged_by = target.route, self.criteria.get(name)
            if route.kind is not StrategyKind.AB or route.canary is None or judged_by is None:
                continue
            if judged_by.epoch != route.epoch:  # no worker has loaded both versions yet
                continue
            ab_test = self._experiments.get(name)
            if ab_test is None or ab_test.route != route:
                ab_test = ABTest(route, target.deployment.strategy, judged_by)
            running[name] = ab_test
            ab_test.add(await self._call_store(self._stored.outcomes, ab_test) or ())
            if ab_test.verdict is not Verdict.OPEN and not ab_test.is_settled:
                await self._decide(ab_test)
        self._experiments = running
        states = [ab_test.to_json() for ab_test in running.values()]
        if states != self._sent_states:
            self._sent_states = states
            self._send_state(experiments=states)

    async def _decide(self, experiment: ABTest) -> None:
        name = experiment.route.deployment
        reason = experiment.reason()
        try:
            route = await self._call_store(self._stored.apply_verdict, experiment, _ACTOR)
        except AutomlMagicError as error:  # the route has changed, or an approval was revoked
            _events.warning(
                "not_promoted", extra={"deployment": name, "what": error.what, "why": error.why}
            )
            experiment.is_settled = True
            return
        if route is None:  # the store doesn't respond: retry next time
            return
        experiment.is_settled = True
        better = experiment.verdict.value
        _events.warning(
            "ab_decided", extra={"deployment": name, "better": better, "reason": reason}
        )
        if route != experiment.route:
            await self._refresh()
