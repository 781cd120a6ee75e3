"""post_json: send a JSON document to somebody else's server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from typing import TypeAlias

from automl_magic.errors import OutboundFailed, OutboundRefused
from automl_magic.outbound.addresses import check, resolve
from automl_magic.outbound.connection import Deadline, connected, send, status_of
from automl_magic.outbound.destination import Destination

Resolver: TypeAlias = Callable[[str, int, float], list[str]]
_LARGEST_BYTES = 1024 * 1024
_OURS = frozenset(
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
    """Send a JSON document and return the HTTP status of the answer, whatever it is.

    The host is looked up once, each of its addresses is checked, and the connection goes to an
    address that was checked, with the host's name in SNI, certificate and Host header. Nothing is
    redirected: 301 is returned like any other status. Proxies of the environment are not used,
    since behind one nothing could be checked. Certificates are checked against the system's
    authorities; `SSL_CERT_FILE` names others.

    Parameters
    ----------
    url : str
        `https://…`; `http://…` of an allowed host only.
    document : JSON types
        At most 1 MiB when written.
    allowed_hosts : sequence of str
        Hosts, as `name` or `name:port`, that may be called in plain HTTP, and although their
        addresses are private. Link-local addresses, where clouds keep credentials, stay forbidden.
    headers : mapping, optional
        More headers, for instance a signature over the document.
    timeout_s : float
        Seconds for all of it: the name, the connection, the sending and the answer.
    resolver : callable
        Called with host, port and seconds; returns addresses as text.

    Raises
    ------
    OutboundRefused
        If the URL, an address of its host, a header or the document may not be sent. To try again
        is of no use.
    OutboundFailed
        If the server cannot be reached, does not answer in time, or answers no HTTP.
    """
    to = Destination.of(url, allowed_hosts)
    request = _written(to, document, headers or {})
    deadline = Deadline(timeout_s)
    addresses = resolver(to.host, to.port, timeout_s)
    check(to.host, addresses, is_allowed=to.is_allowed)
    server_name = to.host if to.scheme == "https" else None
    try:
        with connected(addresses, to.port, server_name=server_name, deadline=deadline) as link:
            send(link, request, deadline)
            return status_of(link, deadline)
    except TimeoutError as error:
        raise OutboundFailed(
            f"{to.host} did not answer in {timeout_s:g} s.",
            why="The connection or the answer took too long.",
            fix="Try again later, or ask whoever runs that server.",
        ) from error
    except (OSError, HTTPException) as error:
        raise OutboundFailed(
            f"{to.host} could not be called.",
            why=f"{type(error).__name__}: {_brief(error)}",
            fix="Check the host and the port, and whether this machine may reach them.",
        ) from error


def _written(to: Destination, document: object, headers: Mapping[str, str]) -> bytes:
    body = json.dumps(document, allow_nan=False, separators=(",", ":")).encode()
    if len(body) > _LARGEST_BYTES:
        raise OutboundRefused(
            "The document is too large to send.",
            why=f"It has {len(body):,} bytes; at most {_LARGEST_BYTES:,} are sent.",
            fix="Send a link to it instead.",
        )
    for name, value in headers.items():
        if name.lower() in _OURS or not (
            _HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value)
        ):
            raise OutboundRefused(
                f"The header {name[:60]!r} may not be sent.",
                why="It is one of ours, or holds more than one line of ASCII.",
                fix="Leave it out.",
            )
    lines = {
        "Host": to.authority,
        "User-Agent": "automl-magic",
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {to.target} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _brief(error: Exception) -> str:
    # The other side chooses the words of a bad answer; a few of them, on one line, will do.
    return ascii(str(error))[1:-1][:200]
