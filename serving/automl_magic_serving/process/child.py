"""One worker as its parent sees it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from automl_magic_serving.process.channel import Channel, Target

# What a worker that is started anew waits for, when it has died right after its start.
_PAUSES_S = (0.0, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
STEADY_S = 10.0
# A worker whose event loop does not turn for so long is as good as dead.
SILENT_S = 30.0
LOADING_S = 300.0

# A library that starts a thread for each core in each worker only makes them wait for each other.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass
class Child:
    """A worker process: what it was told, and what it has confirmed.

    `follows` has the epoch of each deployment that it has said to serve. `takes_requests` is true
    from the moment on in which it was told to.
    """

    place: int
    process: asyncio.subprocess.Process
    channel: Channel
    follows: dict[str, int] = field(default_factory=dict)
    listening: asyncio.Task[None] | None = None
    is_up: bool = False
    takes_requests: bool = False
    accepts: bool = False
    heard_at: float = field(default_factory=time.monotonic)
    started_at: float = field(default_factory=time.monotonic)

    @property
    def is_silent(self) -> bool:
        """Whether nothing was heard of it for too long."""
        patience = SILENT_S if self.accepts else LOADING_S
        return time.monotonic() - self.heard_at > patience

    def send(self, target: Target) -> None:
        """Tell it what to serve."""
        self.channel.say("route", target=target.to_json())

    def kill(self) -> None:
        """End it at once."""
        if self.process.returncode is None:
            os.kill(self.process.pid, signal.SIGKILL)


async def start_child(
    place: int,
    setup: Callable[[int], str],
    files: tuple[int, ...],
    threads: int,
    hear: Callable[[Child, dict[str, Any]], None],
) -> Child:
    """Start a worker.

    Parameters
    ----------
    setup : callable
        Returns its argument, given the number of its end of the channel.
    files : tuple of int
        Open files that it inherits.
    hear : callable
        Is called with whatever it says.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        channel = await Channel.open(ours)
        environment = dict.fromkeys(_THREADS, str(threads)) | dict(os.environ)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # what lies in the current folder is no part of the server
            "-m",
            "automl_magic_serving.process",
            setup(theirs.fileno()),
            pass_fds=(*files, theirs.fileno()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            env=environment,
        )
    child = Child(place, process, channel)
    child.listening = asyncio.create_task(_listen(child, hear))
    return child


async def _listen(child: Child, hear: Callable[[Child, dict[str, Any]], None]) -> None:
    async for said in child.channel.heard():
        child.heard_at = time.monotonic()
        hear(child, said)


def pause_s(deaths: int) -> float:
    """Return how long to wait before a worker is started anew, after so many early deaths."""
    return _PAUSES_S[min(deaths, len(_PAUSES_S) - 1)]
