"""Answers as bytes: one head, one body, nothing between them and the socket."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import orjson

from automl_magic_serving.gate.gate import retry_after
from automl_magic_serving.gate.problem import Problem

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]
JSON = b"application/json"


async def send(
    send: Send,
    status: int,
    body: bytes,
    request_id: bytes,
    *,
    kind: bytes = JSON,
    headers: Headers = (),
) -> None:
    """Send an answer with its length, its type and the id of its request."""
    start = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"x-request-id", request_id),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def send_problem(to: Send, problem: Problem, request_id: bytes) -> None:
    """Send what is wrong with a request: `{"error", "details", "code"}`."""
    await send(
        to, problem.status, problem_body(problem), request_id, headers=problem_headers(problem)
    )


def problem_body(problem: Problem) -> bytes:
    """Return the form that every error has."""
    document = {"error": problem.error, "details": problem.details, "code": problem.code}
    try:
        return orjson.dumps(document)
    except TypeError:
        # What is shown of a wrong value may be what orjson does not write: a number of 40 digits, a
        # half of a character.
        return json.dumps(document, default=str).encode()


def problem_headers(problem: Problem) -> list[tuple[bytes, bytes]]:
    """Return what an error's answer says beside its body."""
    headers = list(problem.headers)
    if problem.retry_after_s is not None:
        headers.append((b"retry-after", retry_after(problem.retry_after_s)))
    if problem.close:
        headers.append((b"connection", b"close"))
    return headers
