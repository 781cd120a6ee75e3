"""Which addresses may be called: those of the internet, and those of hosts allowed by name."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from typing import TypeAlias

from automl_magic.errors import OutboundFailed, OutboundRefused
from automl_magic.outbound.destination import allows, check_host

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Clouds answer here with the machine's own credentials. No webhook lives there, whoever allows it.
_METADATA = tuple(
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16",
        "fe80::/10",
        "fd00:ec2::/32",
        "100.100.100.200/32",
        "192.0.0.192/32",
    )
)
_NOT_GLOBAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocol assignments (RFC 6890)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "2001::/23",  # Teredo and other tunnels (RFC 4380)
        "2002::/16",  # 6to4 (RFC 3056): the IPv4 address inside is not what is checked
    )
)
_UNICAST = ipaddress.ip_network("2000::/3")  # all of IPv6 that was ever given to anybody
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: IPv4 as a network without it sees it


def resolve(host: str, port: int, timeout_s: float) -> list[str]:
    """Return the addresses of a host, as text, in the order of the system's preference.

    Raises
    ------
    OutboundFailed
        If the name has no address, or the system does not say so in time.
    """
    found: list[str] = []
    problem: list[OSError] = []

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
        except OSError as error:
            problem.append(error)

    # getaddrinfo takes no time limit, and a name server may be the attacker's own.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(timeout_s)
    if found:
        return found
    raise OutboundFailed(
        f"{host} has no address.",
        why=str(problem[0].strerror) if problem else f"Its name server took over {timeout_s:g} s.",
        fix="Check the spelling of the host, and the network of this machine.",
    )


def check(host: str, addresses: Sequence[str], *, is_allowed: bool) -> None:
    """Refuse a host unless each of its addresses may be called.

    Where one of several is forbidden, whoever owns the name mixes them on purpose.

    Raises
    ------
    OutboundRefused
    """
    for text in addresses:
        address = _seen_through(ipaddress.ip_address(text))
        if address.is_multicast or address.is_unspecified or _is_in(address, _METADATA):
            raise OutboundRefused(
                f"{host} may not be called.",
                why=f"Its address {text} belongs to this network's own machinery.",
                fix="Give the address of a web server.",
            )
        if not is_allowed and not _is_global(address):
            raise OutboundRefused(
                f"{host} may not be called.",
                why=f"Its address {text} is not one of the internet, and {host} was not allowed.",
                fix=f"If it is yours, allow it by name: allowed_hosts: [{host}]",
            )


def checked_addresses(
    host: str, port: int, *, allowed_hosts: Sequence[str] = (), timeout_s: float = 10
) -> list[str]:
    """Return the addresses of a host that may be called, for a protocol that is not HTTP.

    Connect to one of these and to no name: a second look-up may answer something else.

    Raises
    ------
    OutboundRefused, OutboundFailed
        As `post_json`.
    """
    name = host.lower().rstrip(".")
    check_host(name)
    addresses = resolve(name, port, timeout_s)
    check(name, addresses, is_allowed=allows(allowed_hosts, name, port))
    return addresses


def _seen_through(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, or the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_global(address: Address) -> bool:
    if address.version == 6 and address not in _UNICAST:
        return False
    return address.is_global and not address.is_reserved and not _is_in(address, _NOT_GLOBAL)


def _is_in(
    address: Address, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> bool:
    return any(address in network for network in networks)
