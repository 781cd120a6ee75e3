"""A connection to a checked address, with one deadline for all operations."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPException, HTTPResponse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MAX_BYTES = 256 * 1024  # of the response's status and headers (the body isn't read)


class Deadline:
    """A deadline for several operations. `remaining_s` raises TimeoutError when it has passed."""

    def __init__(self, timeout_s: float) -> None:
        self._at = time.monotonic() + timeout_s

    def remaining_s(self) -> float:
        """Return the remaining seconds."""
        remaining = self._at - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("timed out")
        return remaining


class _LimitedReader(io.RawIOBase):
    """Received bytes, limited by the deadline and a number of bytes.

    A socket's timeout restarts with each byte, so a server that sends one byte per second could
    keep the connection open for hours.
    """

    def __init__(self, link: socket.socket, deadline: Deadline) -> None:
        self._link, self._deadline, self._n_bytes = link, deadline, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._link.settimeout(self._deadline.remaining_s())
        n_read = self._link.recv_into(buffer)
        self._n_bytes += n_read
        if self._n_bytes > _MAX_BYTES:
            raise HTTPException("the response is too large")
        return n_read


class _SocketStandIn:
    """A stand-in for a socket, for `HTTPResponse`."""

    def __init__(self, link: socket.socket, deadline: Deadline) -> None:
        self._received = _LimitedReader(link, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._received, buffer_size=4096)


@contextlib.contextmanager
def open_connection(
    addresses: Sequence[str], port: int, *, server_name: str | None, deadline: Deadline
) -> Iterator[socket.socket]:
    """Connect to the first address that responds.

    Parameters
    ----------
    addresses : sequence of str
        IP addresses as text. The name isn't looked up again, to prevent DNS rebinding.
    server_name : str, optional
        Name that the certificate must have, also sent as SNI. None for plain HTTP.

    Raises
    ------
    OSError
        If no address responds, the certificate is invalid, or the deadline has passed.
    """
    with dial(addresses, port, deadline.remaining_s()) as plain:
        if server_name is None:
            yield plain
            return
        plain.settimeout(deadline.remaining_s())
        context = ssl.create_default_context()
        with context.wrap_socket(plain, server_hostname=server_name) as link:
            yield link


def dial(addresses: Sequence[str], port: int, timeout_s: float) -> socket.socket:
    """Connect to the first address that responds. Raises OSError if none does."""
    deadline = Deadline(timeout_s)
    for i, address in enumerate(addresses):
        share = len(addresses) - i  # an address that doesn't respond leaves time for the others
        try:
            return socket.create_connection((address, port), timeout=deadline.remaining_s() / share)
        except OSError as error:
            last = error
    raise last


def send(link: socket.socket, data: bytes, deadline: Deadline) -> None:
    """Send all bytes before the deadline."""
    remaining = memoryview(data)
    while remaining:
        link.settimeout(deadline.remaining_s())
        remaining = remaining[link.send(remaining) :]


def read_status(link: socket.socket, deadline: Deadline) -> int:
    """Read the status of the response. The body isn't read, because it isn't trusted.

    Raises
    ------
    OSError, HTTPException
        If the response isn't HTTP, is too large or comes too late.
    """
    response = HTTPResponse(_SocketStandIn(link, deadline), method="POST")  # type: ignore[arg-type]
    response.begin()
    return response.status
