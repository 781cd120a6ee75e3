"""Read request bodies up to a size limit. Slow ones end in `http.guard`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from automl_magic_serving.auth.problem import HttpProblem
from automl_magic_serving.http.head import RequestHead

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class ClientDisconnected(Exception):
    """The client disconnected before sending the whole request."""


async def read_body(head: RequestHead, receive: Receive, cap: int) -> bytes:
    """Return the complete body.

    Raises
    ------
    Problem
        413 if it is longer than `cap` bytes; the rest isn't read.
    Gone
        If the connection closed, or the body arrived too slowly.
    """
    length = head.length
    if length is not None and length > cap:
        raise body_too_large_error(cap)
    message = await receive()
    if message["type"] != "http.request":
        raise ClientDisconnected
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        if len(body) > cap:
            raise body_too_large_error(cap)
        return body
    parts = [body]
    n_bytes = len(body)
    async for part in _chunks(receive):
        parts.append(part)
        n_bytes += len(part)
        if n_bytes > cap:
            raise body_too_large_error(cap)
    return b"".join(parts)


async def stream_body(head: RequestHead, receive: Receive, cap: int) -> AsyncIterator[bytes]:
    """Yield the body in chunks; see `read_body`."""
    if head.length is not None and head.length > cap:
        raise body_too_large_error(cap)
    n_bytes = 0
    async for part in _chunks(receive):
        n_bytes += len(part)
        if n_bytes > cap:
            raise body_too_large_error(cap)
        if part:
            yield part


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more_body = True
    while more_body:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnected
        more_body = message.get("more_body", False)
        yield message.get("body", b"")


def body_too_large_error(cap: int) -> HttpProblem:
    """Return the error for a body above the limit. Closes the connection: the rest isn't read."""
    return HttpProblem(413, "body_too_large", f"The body is larger than {cap:,} bytes.", close=True)
