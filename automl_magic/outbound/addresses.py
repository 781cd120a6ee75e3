"""Allowed addresses: public ones, and those of hosts allowed by name."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from typing import TypeAlias

from automl_magic.errors import OutboundFailed, OutboundRefused
from automl_magic.outbound.destination import allows, check_host

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Cloud metadata services, which return the machine's credentials. Never allowed.
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
        "2002::/16",  # 6to4 (RFC 3056): the embedded IPv4 address isn't checked
    )
)
_UNICAST = ipaddress.ip_network("2000::/3")  # all allocated IPv6 addresses
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: IPv4 addresses in an IPv6-only network


def resolve(host: str, port: int, timeout_s: float) -> list[str]:
    """Return the addresses of a host as text, in the system's order of preference.

    Raises
    ------
    OutboundFailed
        If the name can't be resolved in `timeout_s` seconds.
    """
    addresses: list[str] = []
    errors: list[OSError] = []

    def look_up() -> None:
        try:
            records = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses.extend(dict.fromkeys(str(record[4][0]) for record in records))
        except OSError as error:
            errors.append(error)

    # getaddrinfo has no timeout, and the name server can be an attacker's.
    lookup = threading.Thread(target=look_up, daemon=True)
    lookup.start()
    lookup.join(timeout_s)
    if addresses:
        return addresses
    raise OutboundFailed(
        f"Can't resolve {host}.",
        why=f"{errors[0].strerror}."
        if errors
        else f"Its name server didn't respond within {timeout_s:g} s.",
        fix="Check the spelling of the host and this machine's network.",
    )


def check_addresses(host: str, addresses: Sequence[str], *, is_allowed: bool) -> None:
    """Check that all addresses of a host are allowed.

    A host with both allowed and forbidden addresses is refused: the mix suggests an attack.

    Raises
    ------
    OutboundRefused
    """
    for text in addresses:
        address = _embedded_ipv4(ipaddress.ip_address(text))
        if address.is_multicast or address.is_unspecified or _is_in(address, _METADATA):
            raise OutboundRefused(
                f"Calls to {host} aren't allowed.",
                why=f"Its address {text} is reserved for network services or cloud metadata.",
                fix="Use the address of a web server.",
            )
        if not is_allowed and not _is_global(address):
            raise OutboundRefused(
                f"Calls to {host} aren't allowed.",
                why=f"Its address {text} isn't public, and {host} isn't in allowed_hosts.",
                fix=f"If you trust this host, allow it by name: allowed_hosts: [{host}]",
            )


def checked_addresses(
    host: str, port: int, *, allowed_hosts: Sequence[str] = (), timeout_s: float = 10
) -> list[str]:
    """Resolve a host and check its addresses, for protocols other than HTTP.

    Connect to one of these addresses, not to the name: a second lookup can return others.

    Raises
    ------
    OutboundRefused, OutboundFailed
        As in `post_json`.
    """
    name = host.lower().rstrip(".")
    check_host(name)
    addresses = resolve(name, port, timeout_s)
    check_addresses(name, addresses, is_allowed=allows(allowed_hosts, name, port))
    return addresses


def _embedded_ipv4(address: Address) -> Address:
    """Return the IPv4 address embedded in an IPv6 address, or the address itself."""
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
