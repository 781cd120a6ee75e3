"""A worker process: serves HTTP and gRPC, controlled by its parent."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import uvicorn

from automl_magic.errors import AutomlMagicError
from automl_magic.library_warnings import tolerate_library_warnings
from automl_magic.records.codec import json_text
from automl_magic.store.keys import ApiKey
from automl_magic.workspace import Workspace, default_workspace
from automl_magic_serving.auth import AccessControl, AuthMode, Caller, Hub
from automl_magic_serving.auth.access_control import is_loopback
from automl_magic_serving.auth.rate_limit import RateLimiter
from automl_magic_serving.endpoint import Endpoint, Endpoints
from automl_magic_serving.http import make_app
from automl_magic_serving.http.guard import GuardedProtocol
from automl_magic_serving.process.ab_test import loss_for
from automl_magic_serving.process.acceptor import Acceptor
from automl_magic_serving.process.channel import ProcessChannel, WorkerAssignment
from automl_magic_serving.process.model_cache import ModelCache
from automl_magic_serving.runtime import ServedModel
from automl_magic_serving.telemetry.json_logging import log_to_stderr
from automl_magic_serving.telemetry.metrics import Metrics, SupervisorState
from automl_magic_serving.telemetry.prediction_log import PredictionLogger
from automl_magic_serving.telemetry.recent_latency import SNAPSHOT_S, RecentLatency
from automl_magic_serving.telemetry.shared_counters import CounterLayout, SharedCounters
from automl_magic_serving.telemetry.traces import Traces

# Longer than the keep-alive of common proxies, so that the proxy closes idle connections first.
KEEP_ALIVE_S = 75
_FLUSH_S = 5.0
_PR_SET_PDEATHSIG = 1

_events = logging.getLogger(__name__)


@dataclass(frozen=True)
class WorkerConfig:
    """The settings of a worker: file descriptors, and values that never change."""

    worker: int
    parent: int
    listener: int
    channel: int
    counters: int
    rate_limits: int
    layout: CounterLayout
    deployments: tuple[str, ...]
    host: str
    grpc_port: int | None
    auth: AuthMode

    def to_text(self) -> str:
        """Return the setup as one command line argument; it contains no secret."""
        return json_text(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Create a setup from the output of `to_text`."""
        fields = json.loads(text)
        fields["layout"] = CounterLayout(**fields["layout"])
        fields["deployments"] = tuple(fields["deployments"])
        fields["auth"] = AuthMode(fields["auth"])
        return cls(**fields)


class _Server(uvicorn.Server):
    """uvicorn, with connections from the shared socket and without signal handlers."""

    def __init__(self, config: uvicorn.Config, setup: WorkerConfig, slab: SharedCounters) -> None:
        super().__init__(config)
        self._setup, self._slab = setup, slab
        self.acceptor: Acceptor | None = None
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            raise RuntimeError("The application didn't start.")
        loop = asyncio.get_running_loop()

        def protocol() -> asyncio.Protocol:
            return GuardedProtocol(
                config=self.config,
                server_state=self.server_state,
                app_state=self.lifespan.state,
                _loop=loop,
            )

        self.acceptor = Acceptor(
            socket.socket(fileno=self._setup.listener),
            protocol,
            lambda: len(self.server_state.connections),
            slab=self._slab,
            worker=self._setup.worker,
        )
        self.servers = [self.acceptor]  # type: ignore[list-item]
        self.started = True
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Worker:
    """The state of one worker, and its reactions to messages of the parent."""

    def __init__(self, setup: WorkerConfig, channel: ProcessChannel, workspace: Workspace) -> None:
        self.config, self.channel, self._workspace = setup, channel, workspace
        self.counters = SharedCounters(setup.layout, setup.counters)
        region = self.counters.region(setup.worker)
        region.begin(os.getpid())
        self.log = PredictionLogger(setup.layout.workers, region, workspace)
        self.traces = Traces()
        self.recent = RecentLatency(self.counters)
        self.models = ModelCache(workspace.home)
        self.facts = SupervisorState(setup.deployments)
        executor = ThreadPoolExecutor(1, thread_name_prefix="automl-background")
        self.endpoints = Endpoints(
            {
                name: Endpoint(
                    name,
                    index,
                    region=region,
                    log=self.log,
                    traces=self.traces,
                    recent=self.recent,
                    executor=executor,
                )
                for index, name in enumerate(setup.deployments)
            }
        )
        self.metrics = Metrics(self.counters, self.endpoints, self.facts, self.models.loaded_models)
        self._keys: dict[bytes, Caller] = {}
        self._any_key = True
        self._has_keys = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._targets: dict[str, WorkerAssignment] = {}
        self._can_accept, self._stopping = asyncio.Event(), asyncio.Event()
        self._grace_s = 0.0

    async def run(self) -> None:
        """Serve until the parent or a signal stops the worker."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._drain, 10.0)
        listener = loop.create_task(self._listen())
        self.log.start()
        await self._has_keys.wait()
        gate = AccessControl(
            lambda: (self._keys, self._any_key),
            mode=self.config.auth,
            loopback=is_loopback(self.config.host),
            rate_limiter=RateLimiter(Path(f"/dev/fd/{self.config.rate_limits}")),
            hub=Hub.from_environment(),
        )
        config = uvicorn.Config(
            make_app(self.endpoints, gate, metrics=self.metrics.text, workspace=self._workspace),
            http=GuardedProtocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self.server = _Server(config, self.config, self.counters)
        serving = loop.create_task(self.server.serve())
        await self.server.up.wait()
        maintenance = loop.create_task(self._maintain())
        self.channel.send("up")
        await self._can_accept.wait()
        grpc_server = None
        if self.config.grpc_port is not None and not self._stopping.is_set():
            from automl_magic_serving.rpc import start_grpc

            grpc_server = await start_grpc(
                self.endpoints, gate, host=self.config.host, port=self.config.grpc_port
            )
        # Objects loaded so far stay alive, so exclude them from garbage collection.
        gc.collect()
        gc.freeze()
        if not self._stopping.is_set() and self.server.acceptor is not None:
            self.server.acceptor.start()
            self.channel.send("accepts")
        await self._stopping.wait()
        config.timeout_graceful_shutdown = max(1, round(self._grace_s))
        self.server.should_exit = True
        if grpc_server is not None:
            await grpc_server.stop(self._grace_s)
        await serving
        maintenance.cancel()
        await self.log.stop(_FLUSH_S)
        await asyncio.to_thread(self.traces.stop)
        listener.cancel()
        self.channel.close()

    async def _listen(self) -> None:
        async for message in self.channel.receive():
            self._on_message(message)
        # Without the parent, the worker would get no more routes.
        os._exit(1)

    def _on_message(self, message: dict[str, Any]) -> None:
        match message["kind"]:
            case "ping":
                self.channel.send("pong")
            case "route":
                task = asyncio.ensure_future(
                    self._follow(WorkerAssignment.from_json(message["target"]))
                )
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case "keys":
                self._keys = {
                    bytes.fromhex(key["sha256"]): _caller(ApiKey(**key)) for key in message["keys"]
                }
                self._any_key = message["any_key"]
                self._has_keys.set()
            case "facts":
                self.facts.update(message["facts"])
            case "accept":
                self._can_accept.set()
            case "drain":
                self._drain(message["grace_s"])

    def _drain(self, grace_s: float) -> None:
        self.endpoints.is_draining = True
        self._grace_s = grace_s
        self._can_accept.set()
        self._stopping.set()

    async def _follow(self, target: WorkerAssignment) -> None:
        """Load the versions of a route, then switch to it unless a later one is active."""
        route = target.route
        name = route.deployment
        latest = self._targets.get(name)
        if latest is None or latest.route.epoch <= route.epoch:
            self._targets[name] = target
        models: dict[int, ServedModel] = {}
        for version in route.versions:
            try:
                models[version] = await self._load(target, version)
            except AutomlMagicError as error:
                self._report_failure(target, version, error.what, error.why, error.fix)
                return
            except Exception as error:  # noqa: BLE001 - must not end the worker
                _events.exception("model_not_loaded", extra={"model": route.model})
                self._report_failure(
                    target, version, str(error), type(error).__name__, "See the log."
                )
                return
        endpoint = self.endpoints.get(name)
        assert endpoint is not None
        if not endpoint.takes_requests or endpoint.route.epoch < route.epoch:
            endpoint.apply_route(target.deployment, route, models)
            _events.info(
                "route_followed",
                extra={"deployment": name, "epoch": route.epoch, "stable": route.stable}
                | {"canary": route.canary, "shadow": route.shadow, "percent": route.percent},
            )
        self.channel.send(
            "follows",
            deployment=name,
            epoch=endpoint.route.epoch,
            judged_by=_criterion(endpoint),
        )
        if route.previous is not None and route.previous in target.folders:
            # Loaded in advance for a rollback. A failure doesn't matter yet.
            with contextlib.suppress(AutomlMagicError):
                await self._load(target, route.previous)

    async def _load(self, target: WorkerAssignment, version: int) -> ServedModel:
        return await self.models.get(
            target.folders[version], target.route.model, version, target.digests[version]
        )

    def _report_failure(
        self, target: WorkerAssignment, version: int, what: str, why: str, fix: str
    ) -> None:
        self.channel.send(
            "failed",
            deployment=target.route.deployment,
            epoch=target.route.epoch,
            version=version,
            error={"what": what, "why": why, "fix": fix},
        )

    async def _maintain(self) -> None:
        while True:
            await asyncio.sleep(SNAPSHOT_S)
            self.recent.take_snapshot()
            self.models.keep(self._used_models())

    def _used_models(self) -> list[tuple[str, int, str]]:
        return [
            (target.route.model, version, digest)
            for target in self._targets.values()
            for version, digest in target.digests.items()
        ]


def _criterion(endpoint: Endpoint) -> dict[str, object]:
    stable = endpoint.model()
    loss = loss_for(stable.fitted.recipe.metric, has_classes=stable.task.has_classes)
    return {
        "loss": loss.value,
        "classes": {role.value: list(classes) for role, classes in endpoint.classes.items()},
        "parse": dict(stable.fitted.recipe.target_parse),
    }


def _caller(key: ApiKey) -> Caller:
    return Caller(key.id, frozenset(key.deployments), key.requests_per_s, key.expires_at)


def exit_with_parent(parent: int) -> None:
    """Make the kernel kill this process when its parent dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent has already died
        os._exit(1)


async def _main(setup: WorkerConfig) -> None:
    channel = await ProcessChannel.open(socket.socket(fileno=setup.channel))
    await Worker(setup, channel, default_workspace()).run()


def main(text: str) -> None:
    """Run a worker."""
    tolerate_library_warnings()
    setup = WorkerConfig.from_text(text)
    exit_with_parent(setup.parent)
    # A terminal sends Ctrl-C to every process; the parent handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log_to_stderr(worker=setup.worker)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_main(setup))


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Return the event loop factory: uvloop's if it's installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop
