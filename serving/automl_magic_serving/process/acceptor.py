"""Accept connections from a socket shared by all workers.

The parent opens one listening socket and every worker inherits it. Connections that aren't accepted
yet are in the socket's queue, so a killed worker loses only the connections that it has accepted.
With `SO_REUSEPORT`, each worker has its own queue, which is lost with it
(`tests/serving/process/test_acceptor.py` shows both).

A shared queue doesn't distribute connections evenly: the first worker to wake up takes all, and
with keep-alive connections the others stay idle. So a worker accepts one connection at a time, and
pauses while it has more than the others.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable

from automl_magic_serving.telemetry.shared_counters import Gauge, SharedCounters, WorkerCounters

# How many times, and for how long, a worker with more connections lets the others go first.
_MAX_DEFERRED, _PAUSE_S = 4, 0.0005
_TOO_MANY_FILES_PAUSE_S = 0.5
_TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

_events = logging.getLogger(__name__)


class Acceptor:
    """Accepts connections from the shared queue for one worker.

    Parameters
    ----------
    connections : callable
        Returns the number of open connections of this worker.
    """

    def __init__(
        self,
        listener: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        connections: Callable[[], int],
        *,
        slab: SharedCounters,
        worker: int,
    ) -> None:
        listener.setblocking(False)
        self._listener, self._protocol, self._connections = listener, protocol, connections
        self._slab, self._worker = slab, worker
        self._region: WorkerCounters = slab.region(worker)
        self._peers = [peer for peer in range(slab.layout.workers) if peer != worker]
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[object]] = set()
        self._n_deferred = 0
        self._is_open = False

    def start(self) -> None:
        """Start accepting."""
        self._is_open = True
        self._region.set(Gauge.ACCEPTING, 1)
        self._loop.add_reader(self._listener.fileno(), self._on_readable)

    def close(self) -> None:
        """Accept the connections in the queue, then stop."""
        if not self._is_open:
            return
        self._is_open = False
        self._region.set(Gauge.ACCEPTING, 0)
        self._loop.remove_reader(self._listener.fileno())
        while self._accept():
            pass
        self._listener.close()

    async def wait_closed(self) -> None:
        """Wait until the accepted connections are set up."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _on_readable(self) -> None:
        if self._has_more_than_peers() and self._n_deferred < _MAX_DEFERRED:
            self._n_deferred += 1
            self._pause(_PAUSE_S)
            return
        self._n_deferred = 0
        self._accept()

    def _accept(self) -> bool:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False
        except OSError as error:
            if error.errno not in _TOO_MANY_FILES:
                raise
            _events.warning("cannot_accept", extra={"why": error.strerror})
            if self._is_open:
                self._pause(_TOO_MANY_FILES_PAUSE_S)
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

    def _has_more_than_peers(self) -> bool:
        counts = [
            self._slab.gauge(peer, Gauge.CONNECTIONS)
            for peer in self._peers
            if self._slab.gauge(peer, Gauge.ACCEPTING)
        ]
        return bool(counts) and self._connections() + len(self._tasks) > min(counts)

    def _pause(self, seconds: float) -> None:
        # The queue stays readable: without a pause the loop would call this again at once.
        self._loop.remove_reader(self._listener.fileno())
        self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._listener.fileno(), self._on_readable)
