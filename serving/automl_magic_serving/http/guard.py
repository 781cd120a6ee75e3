"""The connection itself is guarded: heads are bounded, and who sends too slowly is hung up on.

uvicorn bounds neither the size of a request's head nor the time in which it must come. Nothing
here is done once per request: sizes are looked at when bytes come, times every second for all
connections of the process together.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any
from weakref import WeakSet

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from automl_magic_serving.gate import Problem
from automl_magic_serving.http.answer import problem_body

HEAD_BYTES = 65_536
SLOWEST_S = 10.0
SLOWEST_BYTES_PER_S = 10_000
_SWEEP_S = 1.0

_swept: WeakSet[ServerState] = WeakSet()


class GuardedProtocol(HttpToolsProtocol):
    """HTTP/1.1 for uvicorn (`Config(http=GuardedProtocol)`), for senders that mean no good.

    A head larger than `HEAD_BYTES` is answered with 431. A request that is not whole after
    `SLOWEST_S` seconds, and a second more for each `SLOWEST_BYTES_PER_S` that came, with 408. Who
    goes on sending a body that nobody reads is hung up on.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begun: float | None = None
        self._received = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch: a connection that says nothing is a slow request too."""
        super().connection_made(transport)
        self._begun = self.loop.time()
        if self.server_state not in _swept:
            _swept.add(self.server_state)
            self.loop.call_later(_SWEEP_S, _sweep, self.loop, self.server_state)

    def data_received(self, data: bytes) -> None:
        """Count what comes, and read it where it is not too much."""
        super().data_received(data)
        self._received += len(data)
        if self._received <= HEAD_BYTES or self._begun is None:
            return
        if self._in_head:
            self._refuse(431, "headers_too_large", f"A head may have {HEAD_BYTES:,} bytes.")
        elif self.cycle.response_complete:
            # It was answered without its body (401, 404, …), and the body comes all the same.
            self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to count a request."""
        self._begun, self._received, self._in_head = self.loop.time(), 0, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begin to count its body."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: what happens now is not the sender's slowness."""
        self._begun, self._in_head = None, True
        super().on_message_complete()

    def sweep(self, now: float) -> None:
        """Hang up where the request that is coming in comes in too slowly."""
        if self._begun is None:
            return
        allowed = SLOWEST_S + self._received / SLOWEST_BYTES_PER_S
        if now - self._begun > allowed:
            self._refuse(408, "too_slow", "The request did not come in time.")

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, in the form that every error has."""
        self._refuse(400, "malformed", msg)

    def _refuse(self, status: int, code: str, error: str) -> None:
        self._begun = None
        if self.transport.is_closing():
            return
        # Nothing is written into an answer that is on its way, and no request is answered twice.
        cycle = self.cycle
        if self._in_head:
            is_free = cycle is None or cycle.response_complete
        else:
            is_free = not cycle.response_started
        if is_free:
            body = problem_body(Problem(status, code, error))
            self.transport.write(
                b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
                b"connection: close\r\n\r\n%b"
                % (status, HTTPStatus(status).phrase.encode(), len(body), body)
            )
        self.transport.close()


def _sweep(loop: asyncio.AbstractEventLoop, server: ServerState) -> None:
    """Look at all connections of a server, and come again as long as there are any."""
    now = loop.time()
    for connection in list(server.connections):
        if isinstance(connection, GuardedProtocol):
            connection.sweep(now)
    if server.connections:
        loop.call_later(_SWEEP_S, _sweep, loop, server)
    else:
        _swept.discard(server)
