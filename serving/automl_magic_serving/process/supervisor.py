"""The parent process: supervises the workers, and serves no requests itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from automl_magic.errors import AutomlMagicError, DeploymentError, StoreError
from automl_magic.records.codec import json_text
from automl_magic.records.models.deployment import Role
from automl_magic.store.predictions import delete_older
from automl_magic.store.workers import heartbeat, remove_worker
from automl_magic_serving.process.ab_test import ABCriterion, Loss
from automl_magic_serving.process.channel import WorkerAssignment
from automl_magic_serving.process.options import Options, available_cores
from automl_magic_serving.process.rollouts import Rollouts
from automl_magic_serving.process.store_client import StoreClient
from automl_magic_serving.process.worker import WorkerConfig
from automl_magic_serving.process.worker_process import (
    STEADY_S,
    WorkerProcess,
    restart_delay_s,
    start_worker,
)
from automl_magic_serving.telemetry.shared_counters import CounterLayout, SharedCounters

POLL_S = 0.1
GUARD_S = 0.25
AB_TEST_S = 1.0
HEARTBEAT_S = 1.0
KEYS_S = 0.5
CHECKS_S = 15.0
RETENTION_S = 600.0
# A store that takes longer counts as down. The same call isn't repeated meanwhile.
SILENT_S = 5.0
_PING_S = 1.0
_BACKLOG = 2_048
_MAX_EARLY_DEATHS = 3
_SHUTDOWN_S = 5.0

_events = logging.getLogger(__name__)
T = TypeVar("T")


class WorkerSupervisor:
    """Starts and restarts workers, sends them routes, and reports what they serve."""

    def __init__(self, options: Options, stored: StoreClient) -> None:
        self.options, self.stored = options, stored
        self.id = f"{socket.gethostname()[:40]}:{os.getpid()}"
        self.layout = CounterLayout(options.workers, len(options.deployments))
        self.counters = SharedCounters(self.layout)
        self.targets: dict[str, WorkerAssignment] = {}
        self.workers: dict[int, WorkerProcess] = {}
        self.is_ready = self.is_draining = False
        self._rate_limit_file = tempfile.TemporaryFile(prefix="automl-pace-")  # noqa: SIM115
        self._keys: dict[str, object] = {}
        self._facts: dict[str, object] = {"store_answers": True}
        self._early_deaths = [0] * options.workers
        self.rollouts = Rollouts(
            options.deployments,
            self.targets,
            stored,
            self.counters,
            call_store=self._call_store,
            refresh=self._poll,
            send_state=self._send_facts,
        )
        self._ready = asyncio.Event()
        self._heartbeat_due = asyncio.Event()
        self._exit_code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._tasks: list[asyncio.Task[None]] = []
        self._worker_tasks: list[asyncio.Task[None]] = []

    async def run(self) -> int:
        """Serve until a signal arrives, and return the exit code."""
        await self._read_store()
        self._bind()
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, self._on_signal)
        with contextlib.suppress(AttributeError, ValueError):
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if self.options.ends_with_input:
            loop.add_reader(sys.stdin.fileno(), self._read_input)
        self._worker_tasks = [
            asyncio.create_task(self._keep_running(index)) for index in range(self.options.workers)
        ]
        # Also set if the server ends before it is ready.
        await self._ready.wait()
        if not self._exit_code.done():
            self._print_ready()
            self._tasks = [
                asyncio.create_task(self._repeat(seconds, step))
                for seconds, step in (
                    (POLL_S, self._poll),
                    (KEYS_S, self._poll_keys),
                    (CHECKS_S, self._poll_checks),
                    (GUARD_S, self.rollouts.check_canaries),
                    (AB_TEST_S, self.rollouts.check_ab_tests),
                    (_PING_S, self._ping),
                    (RETENTION_S, self._delete_old),
                )
            ]
            self._tasks.append(asyncio.create_task(self._heartbeat()))
        code = await self._exit_code
        await self._drain()
        return code

    # -- the store -----------------------------------------------------------------------------

    async def _read_store(self) -> None:
        for target in await asyncio.to_thread(self.stored.assignments, {}):
            self.targets[target.route.deployment] = target
        self._keys = await asyncio.to_thread(self.stored.keys)

    async def _call_store(self, function: Callable[..., T], *arguments: object) -> T | None:
        """Call the store in a thread. None if it doesn't respond: the last state stays valid."""
        call = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
        try:
            done, _ = await asyncio.wait({call}, timeout=SILENT_S)
            if not done:
                self._note_store(is_up=False, why=f"No response within {SILENT_S:g} s.")
            result = await call
        except StoreError as error:
            self._note_store(is_up=False, why=error.why)
            return None
        self._note_store(is_up=True)
        return result

    def _note_store(self, *, is_up: bool, why: str = "") -> None:
        if self._facts["store_answers"] == is_up:
            return
        _events.warning("store_answers" if is_up else "store_silent", extra={"why": why})
        self._send_facts(store_answers=is_up)
        if is_up:
            self._heartbeat_due.set()  # others ignore a server whose last heartbeat is old

    async def _poll(self) -> None:
        epochs = {name: target.route.epoch for name, target in self.targets.items()}
        for target in await self._call_store(self.stored.assignments, epochs) or ():
            self.targets[target.route.deployment] = target
            for child in self.workers.values():
                child.assign(target)
            self._heartbeat_due.set()

    async def _poll_keys(self) -> None:
        keys = await self._call_store(self.stored.keys)
        if keys is not None and keys != self._keys:
            self._keys = keys
            for child in self.workers.values():
                child.channel.send("keys", **keys)

    async def _poll_checks(self) -> None:
        checks = await self._call_store(self.stored.checks)
        if checks is not None and checks != self._facts.get("checks"):
            self._send_facts(checks=checks)

    async def _delete_old(self) -> None:
        for target in self.targets.values():
            before = time.time() - target.deployment.log.retention_days * 86_400
            name = target.deployment.name
            n = await self._call_store(delete_older, self.stored.predictions, name, before)
            if n:
                _events.info("predictions_deleted", extra={"deployment": name, "rows": n})

    async def _heartbeat(self) -> None:
        """Write the epochs that all workers serve: when they change, and every second."""
        while True:
            epochs = self._epochs()
            if epochs:
                await self._call_store(heartbeat, self.stored.engine, self.id, epochs)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._heartbeat_due.wait(), HEARTBEAT_S)
            self._heartbeat_due.clear()

    def _epochs(self) -> dict[str, int]:
        """Return the lowest epoch of each deployment over all workers."""
        # A worker that doesn't take requests yet first has to confirm the current epochs.
        serving = [child for child in self.workers.values() if child.takes_requests]
        return {
            name: min((child.epochs.get(name, 0) for child in serving), default=target.route.epoch)
            for name, target in self.targets.items()
        }

    # -- workers -------------------------------------------------------------------------------

    async def _keep_running(self, index: int) -> None:
        """Keep one worker running: start it, wait until it ends, restart it."""
        while True:
            await asyncio.sleep(restart_delay_s(self._early_deaths[index]))
            child = await self._start(index)
            code = await child.process.wait()
            # Its last messages may not be read yet.
            if child.listener_task is not None:
                await child.listener_task
            child.channel.close()
            self.workers.pop(index, None)
            self._heartbeat_due.set()
            self.counters.note_restart(index)
            was_steady = time.monotonic() - child.started_at > STEADY_S
            self._early_deaths[index] = (
                0 if was_steady or child.accepts else self._early_deaths[index] + 1
            )
            _events.warning("worker_died", extra={"pid": child.process.pid, "code": code})
            if not self.is_ready and self._early_deaths[index] >= _MAX_EARLY_DEATHS:
                self._give_up(
                    DeploymentError(
                        "The server can't start.",
                        why=f"A worker died {_MAX_EARLY_DEATHS} times; the last code was {code}.",
                        fix="Check the log lines above.",
                    )
                )
                return

    async def _start(self, index: int) -> WorkerProcess:
        def setup(channel: int) -> str:
            return WorkerConfig(
                worker=index,
                parent=os.getpid(),
                listener=self.listener.fileno(),
                channel=channel,
                counters=self.counters.descriptor,
                rate_limits=self._rate_limit_file.fileno(),
                layout=self.layout,
                deployments=self.options.deployments,
                host=self.options.host,
                grpc_port=self.grpc_port,
                auth=self.options.auth,
            ).to_text()

        files = (self.listener.fileno(), self.counters.descriptor, self._rate_limit_file.fileno())
        threads = max(1, available_cores() // self.options.workers)
        child = await start_worker(index, setup, files, threads, self._on_message)
        self.workers[index] = child
        child.channel.send("keys", **self._keys)
        child.channel.send("facts", facts=self._facts)
        for target in self.targets.values():
            child.assign(target)
        return child

    def _on_message(self, child: WorkerProcess, message: dict[str, Any]) -> None:
        match message["kind"]:
            case "up":
                child.is_up = True
                self._accept_if_ready(child)
            case "follows":
                child.epochs[message["deployment"]] = message["epoch"]
                criterion = message["judged_by"]
                classes = {
                    Role(role): tuple(labels) for role, labels in criterion["classes"].items()
                }
                self.rollouts.criteria[message["deployment"]] = ABCriterion(
                    Loss(criterion["loss"]), classes, criterion["parse"], message["epoch"]
                )
                self._accept_if_ready(child)
                self._heartbeat_due.set()
            case "accepts":
                child.accepts = True
                if len(self.workers) == self.options.workers and all(
                    worker.accepts for worker in self.workers.values()
                ):
                    self.is_ready = True
                    self._ready.set()
            case "failed":
                self._handle_load_failure(message)

    def _accept_if_ready(self, child: WorkerProcess) -> None:
        """Let a worker take requests once it serves all current routes."""
        if child.takes_requests or not child.is_up or self.is_draining:
            return
        if all(
            child.epochs.get(name) == target.route.epoch for name, target in self.targets.items()
        ):
            child.takes_requests = True
            child.channel.send("accept")

    def _handle_load_failure(self, message: dict[str, Any]) -> None:
        name, epoch, version = message["deployment"], message["epoch"], message["version"]
        target, error = self.targets[name], message["error"]
        _events.error("model_not_loaded", extra={"deployment": name, "version": version} | error)
        if not self.is_ready:
            self._give_up(DeploymentError(**error))
        elif epoch == target.route.epoch:
            reason = f"Can't load version {version}: {error['what']} {error['why']}"
            task = asyncio.create_task(self.rollouts.roll_back(target, version, reason))
            self._tasks.append(task)

    async def _ping(self) -> None:
        for child in list(self.workers.values()):
            child.channel.send("ping")
            if child.is_unresponsive:
                _events.error("worker_silent", extra={"pid": child.process.pid})
                child.kill()

    def _send_facts(self, **facts: object) -> None:
        self._facts |= facts
        for child in self.workers.values():
            child.channel.send("facts", facts=facts)

    # -- start and stop ------------------------------------------------------------------------

    def _bind(self) -> None:
        options = self.options
        family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
        try:
            self.listener = socket.create_server(
                (options.host, options.port), family=family, backlog=_BACKLOG
            )
            self.grpc_port = options.grpc_port
            if options.grpc_port is not None:
                # Reserves the port for the workers, which listen on it; never listens itself.
                self._grpc_holder = socket.socket(family, socket.SOCK_STREAM)
                self._grpc_holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                self._grpc_holder.bind((options.host, options.grpc_port))
                self.grpc_port = self._grpc_holder.getsockname()[1]
        except OSError as error:
            raise DeploymentError(
                f"Can't listen on {options.host}:{options.port}.",
                why=f"{error.strerror}.",
                fix="Choose another port with --port (and --grpc-port), or 0 for any free one.",
            ) from error

    def _print_ready(self) -> None:
        host = f"[{self.options.host}]" if ":" in self.options.host else self.options.host
        ready = {
            "event": "ready",
            "url": f"http://{host}:{self.listener.getsockname()[1]}",
            "grpc": None if self.grpc_port is None else f"{host}:{self.grpc_port}",
            "workers": self.options.workers,
            "pid": os.getpid(),
        }
        with contextlib.suppress(BrokenPipeError):
            print(json_text(ready), flush=True)

    def _on_signal(self) -> None:
        if not self._exit_code.done():
            self._exit_code.set_result(0)
            self._ready.set()
            return
        for child in self.workers.values():
            child.kill()
        os._exit(1)

    def _read_input(self) -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            if not self._exit_code.done():
                self._on_signal()

    def _give_up(self, error: AutomlMagicError) -> None:
        print(error, file=sys.stderr)
        if not self._exit_code.done():
            self._exit_code.set_result(1)
            self._ready.set()

    async def _drain(self) -> None:
        """Let the workers finish their requests, and kill those that don't end in time."""
        self.is_draining = True
        for task in (*self._tasks, *self._worker_tasks):
            task.cancel()
        for child in self.workers.values():
            child.channel.send("drain", grace_s=self.options.grace_s)
        self.listener.close()
        waiting = asyncio.gather(*(child.process.wait() for child in self.workers.values()))
        try:
            await asyncio.wait_for(waiting, self.options.grace_s + 2 * _SHUTDOWN_S)
        except TimeoutError:
            for child in self.workers.values():
                _events.error("worker_killed", extra={"pid": child.process.pid})
                child.kill()
        with contextlib.suppress(AutomlMagicError):
            await asyncio.wait_for(
                asyncio.to_thread(remove_worker, self.stored.engine, self.id), _SHUTDOWN_S
            )

    async def _repeat(self, seconds: float, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception:  # noqa: BLE001
                # A failed step must not end the parent, and with it every worker.
                _events.exception("step_failed", extra={"step": step.__name__})
            await asyncio.sleep(seconds)
