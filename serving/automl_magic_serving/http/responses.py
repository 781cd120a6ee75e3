"""Responses as bytes, sent directly over ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence

import orjson

from automl_magic.records.codec import json_text
from automl_magic_serving.auth.access_control import retry_after
from automl_magic_serving.auth.problem import HttpProblem

Send = Callable[[MutableMapping[str, object]], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]
JSON = b"application/json"


async def send_response(
    send: Send,
    status: int,
    body: bytes,
    request_id: bytes,
    *,
    kind: bytes = JSON,
    headers: Headers = (),
) -> None:
    """Send a response with its length, content type and request id."""
    start = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"x-request-id", request_id),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def send_problem(to: Send, problem: HttpProblem, request_id: bytes) -> None:
    """Send an error response: `{"error", "details", "code"}`."""
    await send_response(
        to, problem.status, problem_body(problem), request_id, headers=problem_headers(problem)
    )


def problem_body(problem: HttpProblem) -> bytes:
    """Return the body of an error response."""
    document = {"error": problem.error, "details": problem.details, "code": problem.code}
    try:
        return orjson.dumps(document)
    except TypeError:
        # A rejected value may be one that orjson can't write, such as a 40-digit integer or a lone
        # surrogate.
        return json_text(document, default=str).encode()


def problem_headers(problem: HttpProblem) -> list[tuple[bytes, bytes]]:
    """Return the headers of an error response."""
    headers = list(problem.headers)
    if problem.retry_after_s is not None:
        headers.append((b"retry-after", retry_after(problem.retry_after_s)))
    if problem.close:
        headers.append((b"connection", b"close"))
    return headers
