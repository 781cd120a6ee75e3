"""Problem: a request that is refused, in words for its sender. HTTP and gRPC both send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Problem(Exception):
    """A request gets no answer, and this says why.

    `status` is the HTTP status (gRPC has its own, see `rpc.status`), `code` a stable word for
    programs, `error` a sentence for people, `details` one mapping for each thing that is wrong.
    `retry_after_s` is set where the same request may succeed later. `close` asks for the connection
    to be closed, because the rest of the request is not read.
    """

    def __init__(
        self,
        status: int,
        code: str,
        error: str,
        details: Sequence[Mapping[str, Any]] = (),
        *,
        retry_after_s: float | None = None,
        close: bool = False,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(error)
        self.status, self.code, self.error = status, code, error
        self.details = list(details)
        self.retry_after_s, self.close, self.headers = retry_after_s, close, tuple(headers)


def unauthenticated(error: str) -> Problem:
    """Return the problem of a request that does not say who sends it."""
    challenge = (b"www-authenticate", b'Bearer realm="automl-magic"')
    fix = {"problem": "Send the header `Authorization: Bearer KEY`; `automl key create` makes one."}
    return Problem(401, "unauthenticated", error, [fix], headers=[challenge])


def forbidden(error: str) -> Problem:
    """Return the problem of a sender who is known and may not."""
    return Problem(403, "forbidden", error)


def not_found(error: str) -> Problem:
    """Return the problem of a thing that is not there."""
    return Problem(404, "not_found", error)


def malformed(error: str, **detail: Any) -> Problem:
    """Return the problem of a body that cannot be read."""
    return Problem(400, "malformed", error, [detail] if detail else ())


def invalid(details: Sequence[Mapping[str, Any]]) -> Problem:
    """Return the problem of a body that can be read and is not what the model takes."""
    return Problem(422, "invalid_input", "The input is not what the model takes.", details)
