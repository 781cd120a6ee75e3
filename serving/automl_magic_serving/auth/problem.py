"""Errors that reject a request. HTTP and gRPC both send them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class HttpProblem(Exception):
    """An error response.

    `status` is the HTTP status (`rpc.status` maps it to gRPC), `code` a stable word for programs,
    `error` a sentence for people, `details` one mapping for each thing that is wrong.
    `retry_after_s` is set if the same request may succeed later. `close` closes the connection,
    because the rest of the request isn't read.
    """

    def __init__(
        self,
        status: int,
        code: str,
        error: str,
        details: Sequence[Mapping[str, object]] = (),
        *,
        retry_after_s: float | None = None,
        close: bool = False,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        super().__init__(error)
        self.status, self.code, self.error = status, code, error
        self.details = list(details)
        self.retry_after_s, self.close, self.headers = retry_after_s, close, tuple(headers)


def unauthenticated_error(error: str) -> HttpProblem:
    """Return the error for a request without valid credentials."""
    challenge = (b"www-authenticate", b'Bearer realm="automl-magic"')
    fix = {"problem": "Send `Authorization: Bearer KEY`. Create a key with `automl key create`."}
    return HttpProblem(401, "unauthenticated", error, [fix], headers=[challenge])


def forbidden_error(error: str) -> HttpProblem:
    """Return the error for a caller without access."""
    return HttpProblem(403, "forbidden", error)


def not_found_error(error: str) -> HttpProblem:
    """Return the error for a missing resource."""
    return HttpProblem(404, "not_found", error)


def malformed_error(error: str, **detail: object) -> HttpProblem:
    """Return the error for a request that can't be parsed."""
    return HttpProblem(400, "malformed", error, [detail] if detail else ())


def invalid_input_error(details: Sequence[Mapping[str, object]]) -> HttpProblem:
    """Return the error for input that doesn't match the model's schema."""
    return HttpProblem(422, "invalid_input", "The input doesn't match the model's schema.", details)
