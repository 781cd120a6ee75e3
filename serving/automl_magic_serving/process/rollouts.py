"""Rollouts: a canary that breaches its objectives goes, an A/B test that is decided ends."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from automl_magic.errors import AutomlMagicError
from automl_magic.records.models.deployment import Role, StrategyKind
from automl_magic_serving.process.channel import Target
from automl_magic_serving.process.experiment import Experiment, JudgedBy, Verdict
from automl_magic_serving.process.guard import breach
from automl_magic_serving.process.stored import Stored
from automl_magic_serving.telemetry.slab import Slab

_ACTOR = "automl-serving"

_events = logging.getLogger(__name__)
T = TypeVar("T")


class Ask(Protocol):
    """Asks the store in a thread; None where it is silent."""

    async def __call__(self, question: Callable[..., T], *arguments: Any) -> T | None: ...


class Rollouts:
    """Watches the versions beside the stable ones, and acts on what it sees.

    Parameters
    ----------
    names : sequence of str
        The deployments, in the order of the slab.
    targets : mapping
        What each deployment shall serve now; it changes.
    ask : callable
        Asks the store.
    look_again : callable
        Called after a route was changed.
    tell : callable
        Tells the workers how the tests stand.
    """

    def __init__(
        self,
        names: Sequence[str],
        targets: Mapping[str, Target],
        stored: Stored,
        slab: Slab,
        *,
        ask: Ask,
        look_again: Callable[[], Awaitable[None]],
        tell: Callable[..., None],
    ) -> None:
        self._names, self._targets, self._stored, self._slab = names, targets, stored, slab
        self._ask, self._look_again, self._tell = ask, look_again, tell
        # How outcomes of a deployment are judged; the workers that have its model say so.
        self.judged_by: dict[str, JudgedBy] = {}
        self._experiments: dict[str, Experiment] = {}
        self._said: list[dict[str, Any]] = []
        self._failed: set[tuple[str, int, int]] = set()

    async def guard(self) -> None:
        """Take out every canary that breaches the objectives of its deployment."""
        for place, name in enumerate(self._names):
            target = self._targets[name]
            route, slos = target.route, target.deployment.slos
            if route.canary is None:
                continue
            why = breach(self._slab.live(place, Role.CANARY, route.epoch), slos)
            if why is not None:
                await self.roll_back(target, route.canary, f"Breach of the objectives: {why}")

    async def roll_back(self, target: Target, version: int, reason: str) -> None:
        """Take a version out of a route that was read, for a reason."""
        name, epoch = target.route.deployment, target.route.epoch
        try:
            changed = await self._ask(
                self._stored.take_out, target.route, version, _ACTOR, reason[:1_000]
            )
        except AutomlMagicError as error:
            # Somebody was quicker, or there is nothing to return to.
            key = (name, epoch, version)
            if key not in self._failed:
                _events.warning(
                    "not_rolled_back",
                    extra={"deployment": name, "epoch": epoch, "what": error.what}
                    | {"why": error.why, "reason": reason},
                )
            self._failed.add(key)
            return
        if changed is not None:
            _events.warning(
                "rolled_back",
                extra={"deployment": name, "epoch": changed.epoch, "version": version}
                | {"reason": reason},
            )
            await self._look_again()

    async def judge(self) -> None:
        """Take the new outcomes of every A/B test into account, and act where one is decided."""
        running = {}
        for name, target in self._targets.items():
            route, judged_by = target.route, self.judged_by.get(name)
            if route.kind is not StrategyKind.AB or route.canary is None or judged_by is None:
                continue
            one = self._experiments.get(name)
            if one is None or one.route != route:
                one = Experiment(route, target.deployment.strategy, judged_by)
            running[name] = one
            one.add(await self._ask(self._stored.outcomes, one) or ())
            if one.verdict is not Verdict.OPEN and not one.is_settled:
                await self._decide(one)
        self._experiments = running
        said = [one.to_json() for one in running.values()]
        if said != self._said:
            self._said = said
            self._tell(experiments=said)

    async def _decide(self, experiment: Experiment) -> None:
        name = experiment.route.deployment
        reason = experiment.reason()
        try:
            route = await self._ask(self._stored.decide, experiment, _ACTOR)
        except AutomlMagicError as error:  # somebody was quicker, or an approval was revoked
            _events.warning(
                "not_promoted", extra={"deployment": name, "what": error.what, "why": error.why}
            )
            experiment.is_settled = True
            return
        if route is None:  # the store is silent; there is a next time
            return
        experiment.is_settled = True
        better = experiment.verdict.value
        _events.warning(
            "ab_decided", extra={"deployment": name, "better": better, "reason": reason}
        )
        if route != experiment.route:
            await self._look_again()
