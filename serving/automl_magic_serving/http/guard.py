"""A guarded connection: limits on header size, and timeouts for slow clients.

uvicorn limits neither the size of a request's head nor the time to receive it. The checks don't
run per request: sizes are checked when bytes arrive, times once per second for all connections of
the process.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any
from weakref import WeakSet

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from automl_magic_serving.auth import HttpProblem
from automl_magic_serving.http.responses import problem_body

MAX_HEAD_BYTES = 65_536
REQUEST_TIMEOUT_S = 10.0
MIN_BYTES_PER_S = 10_000
_SWEEP_S = 1.0

_swept: WeakSet[ServerState] = WeakSet()


class GuardedProtocol(HttpToolsProtocol):
    """HTTP/1.1 for uvicorn (`Config(http=GuardedProtocol)`), protected against abusive clients.

    A head larger than `MAX_HEAD_BYTES` gets a 431. A request that is incomplete after
    `REQUEST_TIMEOUT_S` seconds, plus one second for each `MIN_BYTES_PER_S` received, gets a 408. A
    connection that keeps sending a body that isn't read is closed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begun: float | None = None
        self._received = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timeout: an idle new connection counts as a slow request."""
        super().connection_made(transport)
        self._begun = self.loop.time()
        if self.server_state not in _swept:
            _swept.add(self.server_state)
            self.loop.call_later(_SWEEP_S, _sweep, self.loop, self.server_state)

    def data_received(self, data: bytes) -> None:
        """Count received bytes, and close the connection above the limits."""
        super().data_received(data)
        self._received += len(data)
        if self._received <= MAX_HEAD_BYTES or self._begun is None:
            return
        if self._in_head:
            self._refuse(
                431, "headers_too_large", f"The head is larger than {MAX_HEAD_BYTES:,} bytes."
            )
        elif self.cycle.response_complete:
            # The response was sent without the body (401, 404, …), but the body keeps coming.
            self.transport.close()

    def on_message_begin(self) -> None:
        """Start to count a request's head."""
        self._begun, self._received, self._in_head = self.loop.time(), 0, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start to count its body."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the timeout: the request is complete."""
        self._begun, self._in_head = None, True
        super().on_message_complete()

    def sweep(self, now: float) -> None:
        """Close the connection if its request arrives too slowly."""
        if self._begun is None:
            return
        allowed = REQUEST_TIMEOUT_S + self._received / MIN_BYTES_PER_S
        if now - self._begun > allowed:
            self._refuse(408, "too_slow", "The request arrived too slowly.")

    def send_400_response(self, msg: str) -> None:
        """Respond to invalid HTTP with a JSON error."""
        self._refuse(400, "malformed", msg)

    def _refuse(self, status: int, code: str, error: str) -> None:
        self._begun = None
        if self.transport.is_closing():
            return
        # Don't write into a response that has started, and don't respond twice.
        cycle = self.cycle
        if self._in_head:
            is_free = cycle is None or cycle.response_complete
        else:
            is_free = not cycle.response_started
        if is_free:
            body = problem_body(HttpProblem(status, code, error))
            self.transport.write(
                b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
                b"connection: close\r\n\r\n%b"
                % (status, HTTPStatus(status).phrase.encode(), len(body), body)
            )
        self.transport.close()


def _sweep(loop: asyncio.AbstractEventLoop, server: ServerState) -> None:
    """Check all connections of a server, and repeat while there are any."""
    now = loop.time()
    for connection in list(server.connections):
        if isinstance(connection, GuardedProtocol):
            connection.sweep(now)
    if server.connections:
        loop.call_later(_SWEEP_S, _sweep, loop, server)
    else:
        _swept.discard(server)
