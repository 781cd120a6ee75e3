"""Accepts connections from a socket that all workers share.

The parent opens one listening socket and every worker inherits it. A connection that no worker has
accepted yet lies in the socket's queue, not in a worker, so a worker that is killed loses only the
connections that it has accepted. With `SO_REUSEPORT` each worker has a queue of its own, which dies
with it (`tests/serving/process/test_accept.py` shows both).

What a shared queue does not do is share evenly: who wakes first takes all that is there, and with
connections that stay open the others have nothing to do. So a worker takes one at a time, and lets
the others go first where it has more than they do.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

from automl_magic_serving.telemetry.slab import Gauge, Region, Slab

# How often, and for how long at a time, a worker with more connections lets the others go first.
_TIMES, _PAUSE_S = 4, 0.0005
_TOO_MANY_S = 0.5
_TOO_MANY = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

_events = logging.getLogger(__name__)


class Acceptor:
    """One worker's hand in the shared queue.

    Parameters
    ----------
    connections : callable
        Returns how many connections this worker has.
    """

    def __init__(
        self,
        listener: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        connections: Callable[[], int],
        *,
        slab: Slab,
        worker: int,
    ) -> None:
        listener.setblocking(False)
        self._listener, self._protocol, self._connections = listener, protocol, connections
        self._slab, self._worker = slab, worker
        self._region: Region = slab.region(worker)
        self._others = [other for other in range(slab.layout.workers) if other != worker]
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[object]] = set()
        self._deferred = 0
        self._is_open = False

    def start(self) -> None:
        """Accept from now on."""
        self._is_open = True
        self._region.set(Gauge.ACCEPTING, 1)
        self._loop.add_reader(self._listener.fileno(), self._ready)

    def close(self) -> None:
        """Accept what waits already, and nothing any more."""
        if not self._is_open:
            return
        self._is_open = False
        self._region.set(Gauge.ACCEPTING, 0)
        self._loop.remove_reader(self._listener.fileno())
        while self._accept():
            pass
        self._listener.close()

    async def wait_closed(self) -> None:
        """Wait until what was accepted last is connected."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _ready(self) -> None:
        if self._has_more_than_others() and self._deferred < _TIMES:
            self._deferred += 1
            self._pause(_PAUSE_S)
            return
        self._deferred = 0
        self._accept()

    def _accept(self) -> bool:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False
        except OSError as error:
            if error.errno not in _TOO_MANY:
                raise
            _events.warning("cannot_accept", extra={"why": error.strerror})
            if self._is_open:
                self._pause(_TOO_MANY_S)
            return False
        connection.setblocking(False)
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected = self._loop.connect_accepted_socket(self._protocol, connection)
        task: asyncio.Task[object] = self._loop.create_task(connected)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._region.set(Gauge.CONNECTIONS, self._connections() + len(self._tasks))
        return True

    def _has_more_than_others(self) -> bool:
        others = [
            self._slab.gauge(other, Gauge.CONNECTIONS)
            for other in self._others
            if self._slab.gauge(other, Gauge.ACCEPTING)
        ]
        return bool(others) and self._connections() + len(self._tasks) > min(others)

    def _pause(self, seconds: float) -> None:
        # The queue stays readable: without a pause the loop would only come back here.
        self._loop.remove_reader(self._listener.fileno())
        self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._listener.fileno(), self._ready)
