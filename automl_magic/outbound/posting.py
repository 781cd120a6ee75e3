"""post_json: send a JSON document to an external server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from typing import TypeAlias

from automl_magic.errors import OutboundFailed, OutboundRefused
from automl_magic.outbound.addresses import check_addresses, resolve
from automl_magic.outbound.connection import Deadline, open_connection, read_status, send
from automl_magic.outbound.destination import Destination
from automl_magic.records.codec import json_text

Resolver: TypeAlias = Callable[[str, int, float], list[str]]
_MAX_BYTES = 1024 * 1024
_RESERVED_HEADERS = frozenset(
    ("host", "connection", "content-length", "content-type", "transfer-encoding", "user-agent")
)
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_HEADER_VALUE = re.compile(r"[ -~]{0,1000}")


def post_json(
    url: str,
    document: object,
    *,
    allowed_hosts: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    timeout_s: float = 10,
    resolver: Resolver = resolve,
) -> int:
    """Send a JSON document and return the HTTP status of the response.

    The host is looked up once and all its addresses are checked. The connection goes to a checked
    address, with the host's name in SNI, certificate and Host header. Redirects aren't followed:
    301 is returned like any other status. Proxies of the environment aren't used, because addresses
    behind a proxy can't be checked. Certificates are verified with the system's authorities, or
    those in `SSL_CERT_FILE`.

    Parameters
    ----------
    url : str
        `https://…`, or `http://…` for an allowed host.
    document : JSON types
        At most 1 MiB when serialized.
    allowed_hosts : sequence of str
        Hosts, as `name` or `name:port`, for which plain HTTP and private addresses are allowed.
        Link-local addresses and cloud metadata services stay forbidden.
    headers : mapping, optional
        Additional headers, such as a signature of the document.
    timeout_s : float, seconds
        Time limit for the whole call: name lookup, connection, request and response.
    resolver : callable
        Called with host, port and timeout in seconds. Returns addresses as text.

    Raises
    ------
    OutboundRefused
        If the URL, an address of its host, a header or the document isn't allowed. A retry won't
        help.
    OutboundFailed
        If the server can't be reached, doesn't respond in time, or doesn't return HTTP.
    """
    destination = Destination.of(url, allowed_hosts)
    request = _build_request(destination, document, headers or {})
    deadline = Deadline(timeout_s)
    addresses = resolver(destination.host, destination.port, timeout_s)
    check_addresses(destination.host, addresses, is_allowed=destination.is_allowed)
    server_name = destination.host if destination.scheme == "https" else None
    try:
        with open_connection(
            addresses, destination.port, server_name=server_name, deadline=deadline
        ) as link:
            send(link, request, deadline)
            return read_status(link, deadline)
    except TimeoutError as error:
        raise OutboundFailed(
            f"{destination.host} didn't respond within {timeout_s:g} s.",
            why="The connection or the response took too long.",
            fix="Try again later, or contact the operator of the server.",
        ) from error
    except (OSError, HTTPException) as error:
        raise OutboundFailed(
            f"The request to {destination.host} failed.",
            why=f"{type(error).__name__}: {_short_text(error)}",
            fix="Check the host and port, and that this machine can reach them.",
        ) from error


def _build_request(destination: Destination, document: object, headers: Mapping[str, str]) -> bytes:
    body = json_text(document, separators=(",", ":")).encode()
    if len(body) > _MAX_BYTES:
        raise OutboundRefused(
            "The document is too large to send.",
            why=f"It has {len(body):,} bytes. The limit is {_MAX_BYTES:,}.",
            fix="Send a link to the document instead.",
        )
    for name, value in headers.items():
        if name.lower() in _RESERVED_HEADERS or not (
            _HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)
        ):
            raise OutboundRefused(
                f"Can't send the header {name[:60]!r}.",
                why="It's reserved, or its name or value isn't valid ASCII on one line.",
                fix="Remove the header.",
            )
    lines = {
        "Host": destination.authority,
        "User-Agent": "automl-magic",
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {destination.target} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _short_text(error: Exception) -> str:
    # The server controls this text, so escape and shorten it.
    return ascii(str(error))[1:-1][:200]
