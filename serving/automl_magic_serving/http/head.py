"""Head: what a request says before its body, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic_serving.gate.problem import Problem
from automl_magic_serving.oip.request_ids import request_id

MOST_HEADERS = 100
_JSON = b"application/json"


class Head:
    """The headers of one request that matter here.

    `request_id` is the sender's own `X-Request-ID` where it is sane (80 of `A-Za-z0-9._:/+=-`),
    else a new one. It goes back with the answer and into every log line.
    """

    __slots__ = ("_n_headers", "headers", "request_id")

    def __init__(self, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self.headers: Mapping[bytes, bytes] = dict(headers)
        self._n_headers = len(headers)
        self.request_id = request_id(self.headers.get(b"x-request-id"))

    def check_size(self) -> None:
        """Raise where there are more headers than any honest request has."""
        if self._n_headers > MOST_HEADERS:
            said = f"At most {MOST_HEADERS} headers are read."
            raise Problem(431, "headers_too_large", said, close=True)

    @property
    def traceparent(self) -> str | None:
        """The span that the request belongs to (W3C Trace Context)."""
        sent = self.headers.get(b"traceparent")
        return None if sent is None else sent[:60].decode("latin-1")

    @property
    def sticky_key(self) -> str | None:
        """Whose requests go to the same version, where the route is sticky: `X-Sticky-Key`."""
        sent = self.headers.get(b"x-sticky-key")
        return None if sent is None else sent[:200].decode("latin-1")

    @property
    def length(self) -> int | None:
        """How long the body says it is, or None."""
        sent = self.headers.get(b"content-length")
        return None if sent is None else int(sent)

    def check_json(self) -> None:
        """Raise where the body says that it is not JSON.

        A body that does not say what it is passes only where no browser sent it: a page of
        another site can leave the type out, and cannot leave the origin out.
        """
        kind = self.headers.get(b"content-type")
        if kind == _JSON or (kind is None and b"origin" not in self.headers):
            self.check_plain()
            return
        name, _, rest = (kind or b"").partition(b";")
        charset = rest.replace(b'"', b"").replace(b" ", b"").lower()
        if name.strip().lower() != _JSON or charset not in (b"", b"charset=utf-8"):
            raise unsupported("application/json")
        self.check_plain()

    def check_plain(self) -> None:
        """Raise where the body is compressed: a small body could become a large one."""
        if self.headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Problem(
                415, "unsupported_encoding", "The body must not be compressed.", close=True
            )


def unsupported(*accepted: str) -> Problem:
    """Return the problem of a body of another type."""
    said = " or ".join(accepted)
    return Problem(
        415, "unsupported_media_type", f"The body must be of the type {said}.", close=True
    )
