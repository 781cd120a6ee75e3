"""What a URL says, read strictly: two readers of one URL must not see two hosts in it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from automl_magic.errors import OutboundRefused

_PORTS = {"https": 443, "http": 80}
_LONGEST = 2_000
_PLAIN = re.compile(r"[!-~]+")  # visible ASCII: no space, no line break, nothing to normalise
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
# What C libraries read as an IPv4 address: decimal, octal and hexadecimal, in one to four parts.
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")


@dataclass(frozen=True)
class Destination:
    """Where a request goes. `target` is the path with its query; it may hold a secret."""

    scheme: str
    host: str
    port: int
    target: str
    is_allowed: bool

    @classmethod
    def of(cls, url: str, allowed_hosts: Sequence[str]) -> Destination:
        """Read a URL.

        Parameters
        ----------
        allowed_hosts : sequence of str
            Hosts, as `name` or `name:port`, that may be called in plain HTTP and in a private
            network.

        Raises
        ------
        OutboundRefused
            If the URL is not a plain `https://host/path`, or an `http` one of an allowed host.
        """
        if len(url) > _LONGEST or not _PLAIN.fullmatch(url) or "\\" in url:
            raise _refused(
                "its URL is not plain", "Write it in ASCII, without spaces, line breaks and \\."
            )
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _refused("its URL cannot be read", "Write https://host/path") from None
        scheme = parts.scheme
        if scheme not in _PORTS:
            raise _refused("only web servers are called", "Write a URL that begins with https://")
        if "@" in parts.netloc:
            raise _refused(
                "its URL holds a name or a password before the host",
                "Leave out what stands before the @.",
            )
        host = (parts.hostname or "").rstrip(".")
        check_host(host, is_bracketed=parts.netloc.startswith("["))
        port = _PORTS[scheme] if port is None else port
        is_allowed = allows(allowed_hosts, host, port)
        if scheme == "http" and not is_allowed:
            raise _refused(
                f"{host} would be called in plain HTTP, which anyone on the way can read",
                f"Write https://, or allow the host by name: allowed_hosts: [{host}]",
            )
        query = f"?{parts.query}" if parts.query else ""
        return cls(scheme, host, port, (parts.path or "/") + query, is_allowed)

    @property
    def authority(self) -> str:
        """The value of the Host header: the port stands in it unless it is the scheme's own."""
        name = _bracketed(self.host)
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"


def allows(allowed_hosts: Sequence[str], host: str, port: int) -> bool:
    """Say whether a host is among those that were allowed, as `name` or `name:port`."""
    names = {allowed.lower().rstrip(".") for allowed in allowed_hosts}
    return host in names or f"{_bracketed(host)}:{port}" in names


def check_host(host: str, *, is_bracketed: bool = False) -> None:
    """Refuse what is no plain name or address of a host. Raises OutboundRefused."""
    if is_bracketed:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise _refused("its IPv6 address cannot be read", "Check the address.") from None
        if "%" in host:
            raise _refused("its address holds a network interface", "Leave out % and the rest.")
        return
    if not _NAME.fullmatch(host) or len(host) > 253:
        raise _refused("its host is no name", "Write https://host/path")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise _refused(
                f"{host} is a number in disguise", "Write the address as four decimal numbers."
            ) from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _refused(why: str, fix: str) -> OutboundRefused:
    # The URL itself is not shown: a webhook's path is its password.
    return OutboundRefused(
        "The server may not be called.", why=why[0].upper() + why[1:] + ".", fix=fix
    )
