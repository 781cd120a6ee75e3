"""The parent's view of one worker."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from automl_magic_serving.process.channel import ProcessChannel, WorkerAssignment

# Delay before a worker restarts, by how often it has died right after its start.
_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
STEADY_S = 10.0
# A worker whose event loop is blocked for this long is treated as dead.
SILENT_S = 30.0
LOADING_S = 300.0

# One library thread per core in every worker would oversubscribe the CPU.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class WorkerProcess:
    """A worker process and the state that it has reported.

    `epochs` has the epoch that it serves of each deployment. `takes_requests` is true as soon
    as it was told to accept requests.
    """

    index: int
    process: asyncio.subprocess.Process
    channel: ProcessChannel
    epochs: dict[str, int] = field(default_factory=dict)
    listener_task: asyncio.Task[None] | None = None
    is_up: bool = False
    takes_requests: bool = False
    accepts: bool = False
    last_message_at: float = field(default_factory=time.monotonic)
    started_at: float = field(default_factory=time.monotonic)

    @property
    def is_unresponsive(self) -> bool:
        """Whether the worker hasn't sent a message for too long."""
        patience = SILENT_S if self.accepts else LOADING_S
        return time.monotonic() - self.last_message_at > patience

    def assign(self, target: WorkerAssignment) -> None:
        """Send it a target to serve."""
        self.channel.send("route", target=target.to_json())

    def kill(self) -> None:
        """Kill the process."""
        if self.process.returncode is None:
            os.kill(self.process.pid, signal.SIGKILL)


async def start_worker(
    index: int,
    setup: Callable[[int], str],
    files: tuple[int, ...],
    threads: int,
    on_message: Callable[[WorkerProcess, dict[str, object]], None],
) -> WorkerProcess:
    """Start a worker.

    Parameters
    ----------
    setup : callable
        Returns the worker's argument, given the descriptor of its end of the channel.
    files : tuple of int
        Descriptors that it inherits.
    on_message : callable
        Called with each message of the worker.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        channel = await ProcessChannel.open(ours)
        environment = dict.fromkeys(_THREADS, str(threads)) | dict(os.environ)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # don't import from the current folder
            "-m",
            "automl_magic_serving.process",
            setup(theirs.fileno()),
            pass_fds=(*files, theirs.fileno()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            env=environment,
        )
    child = WorkerProcess(index, process, channel)
    child.listener_task = asyncio.create_task(_listen(child, on_message))
    return child


async def _listen(
    child: WorkerProcess, on_message: Callable[[WorkerProcess, dict[str, object]], None]
) -> None:
    async for message in child.channel.receive():
        child.last_message_at = time.monotonic()
        on_message(child, message)


def restart_delay_s(deaths: int) -> float:
    """Return the delay in seconds before a restart, after this many early deaths."""
    return _PAUSES_S[min(deaths, len(_PAUSES_S) - 1)]
