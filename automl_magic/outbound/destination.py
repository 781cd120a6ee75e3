"""Strict parsing of URLs, so that no two parsers see different hosts in one URL."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from automl_magic.errors import OutboundRefused

_PORTS = {"https": 443, "http": 80}
_MAX_LENGTH = 2_000
_PLAIN = re.compile(r"[!-~]+")  # visible ASCII: no spaces, no line breaks, no normalization
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
# C libraries read decimal, octal and hexadecimal numbers, in one to four parts, as IPv4 addresses.
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")


@dataclass(frozen=True)
class Destination:
    """Destination of a request. `target` is the path and query, which can contain a secret."""

    scheme: str
    host: str
    port: int
    target: str
    is_allowed: bool

    @classmethod
    def of(cls, url: str, allowed_hosts: Sequence[str]) -> Destination:
        """Parse a URL.

        Parameters
        ----------
        allowed_hosts : sequence of str
            Hosts, as `name` or `name:port`, for which plain HTTP and private addresses are allowed.

        Raises
        ------
        OutboundRefused
            If the URL isn't a plain `https://host/path`, or `http://host/path` of an allowed host.
        """
        if len(url) > _MAX_LENGTH or not _PLAIN.fullmatch(url) or "\\" in url:
            raise _refused_error(
                "its URL has a backslash, a character other than visible ASCII, or over "
                f"{_MAX_LENGTH:,} characters",
                "Use an ASCII URL without spaces, line breaks and backslashes.",
            )
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _refused_error("its URL is invalid", "Use the form https://host/path") from None
        scheme = parts.scheme
        if scheme not in _PORTS:
            raise _refused_error(
                "only HTTP and HTTPS are supported", "Use a URL that starts with https://"
            )
        if "@" in parts.netloc:
            raise _refused_error(
                "its URL has a user name or password before the host",
                "Remove everything before the @ from the URL.",
            )
        host = (parts.hostname or "").rstrip(".")
        check_host(host, is_bracketed=parts.netloc.startswith("["))
        port = _PORTS[scheme] if port is None else port
        is_allowed = allows(allowed_hosts, host, port)
        if scheme == "http" and not is_allowed:
            raise _refused_error(
                f"plain HTTP to {host} isn't encrypted",
                f"Use https://, or allow the host by name: allowed_hosts: [{host}]",
            )
        query = f"?{parts.query}" if parts.query else ""
        return cls(scheme, host, port, (parts.path or "/") + query, is_allowed)

    @property
    def authority(self) -> str:
        """Value of the Host header, with the port unless it's the scheme's default."""
        name = _bracketed(self.host)
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"


def allows(allowed_hosts: Sequence[str], host: str, port: int) -> bool:
    """Return whether a host is in `allowed_hosts`, as `name` or `name:port`."""
    names = {allowed.lower().rstrip(".") for allowed in allowed_hosts}
    return host in names or f"{_bracketed(host)}:{port}" in names


def check_host(host: str, *, is_bracketed: bool = False) -> None:
    """Check that a host is a plain name or an IP address. Raises OutboundRefused."""
    if is_bracketed:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise _refused_error("its IPv6 address is invalid", "Check the address.") from None
        if "%" in host:
            raise _refused_error(
                "its address has a network interface", "Remove the % and everything after it."
            )
        return
    if not _NAME.fullmatch(host) or len(host) > 253:
        raise _refused_error("its host name is invalid", "Use the form https://host/path")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise _refused_error(
                f"the host {host} ends with a number but isn't an IPv4 address",
                "Write the address as four decimal numbers.",
            ) from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _refused_error(why: str, fix: str) -> OutboundRefused:
    # The message doesn't contain the URL: a webhook's path is its password.
    return OutboundRefused(
        "The server can't be called.", why=why[0].upper() + why[1:] + ".", fix=fix
    )
