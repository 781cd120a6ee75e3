"""The head of a request, parsed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic_serving.auth.problem import HttpProblem
from automl_magic_serving.oip.request_ids import request_id

MAX_HEADERS = 100
_JSON = b"application/json"


class RequestHead:
    """The headers of one request.

    `request_id` is the caller's `X-Request-ID` if it's valid (1 to 80 of `A-Za-z0-9._:/+=-`), or a
    new one. It is returned with the response and added to every log line.
    """

    __slots__ = ("_n_headers", "headers", "request_id")

    def __init__(self, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self.headers: Mapping[bytes, bytes] = dict(headers)
        self._n_headers = len(headers)
        self.request_id = request_id(self.headers.get(b"x-request-id"))

    def check_size(self) -> None:
        """Raise if there are more than `MAX_HEADERS` headers."""
        if self._n_headers > MAX_HEADERS:
            message = f"The request has more than {MAX_HEADERS} headers."
            raise HttpProblem(431, "headers_too_large", message, close=True)

    @property
    def traceparent(self) -> str | None:
        """The caller's trace span (W3C Trace Context)."""
        value = self.headers.get(b"traceparent")
        return None if value is None else value[:60].decode("latin-1")

    @property
    def sticky_key(self) -> str | None:
        """`X-Sticky-Key`: if the route is sticky, its requests go to the same version."""
        value = self.headers.get(b"x-sticky-key")
        return None if value is None else value[:200].decode("latin-1")

    @property
    def length(self) -> int | None:
        """The body's length in bytes from `Content-Length`, or None."""
        value = self.headers.get(b"content-length")
        return None if value is None else int(value)

    def check_json(self) -> None:
        """Raise if the body isn't declared as JSON.

        A body without a content type is accepted only without an `Origin` header: a page of
        another site can omit the type, but not the origin.
        """
        content_type = self.headers.get(b"content-type")
        if content_type == _JSON or (content_type is None and b"origin" not in self.headers):
            self.check_plain()
            return
        name, _, parameters = (content_type or b"").partition(b";")
        charset = parameters.replace(b'"', b"").replace(b" ", b"").lower()
        if name.strip().lower() != _JSON or charset not in (b"", b"charset=utf-8"):
            raise unsupported_type_error("application/json")
        self.check_plain()

    def check_plain(self) -> None:
        """Raise if the body is compressed: a small body could expand to a large one."""
        if self.headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise HttpProblem(
                415, "unsupported_encoding", "Compressed bodies aren't supported.", close=True
            )


def unsupported_type_error(*accepted: str) -> HttpProblem:
    """Return the error for an unsupported content type."""
    types = " or ".join(accepted)
    return HttpProblem(
        415, "unsupported_media_type", f"The content type must be {types}.", close=True
    )
