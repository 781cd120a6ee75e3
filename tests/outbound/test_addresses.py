from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic.errors import OutboundFailed, OutboundRefused
from automl_magic.outbound.addresses import check_addresses, resolve

_OURS = (
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",  # carrier-grade NAT
    "169.254.169.254",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "fe80::1",
    "fe80::1%lo",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("address", _OURS)
def test_a_non_public_address_is_rejected(address):
    with pytest.raises(OutboundRefused):
        check_addresses("hooks.example", [address], is_allowed=False)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::808:808"])
def test_a_public_address_is_allowed(address):
    check_addresses("hooks.example", [address], is_allowed=False)


def test_one_forbidden_address_rejects_the_host():
    with pytest.raises(OutboundRefused, match=r"10\.0\.0\.1"):
        check_addresses("hooks.example", ["93.184.216.34", "10.0.0.1"], is_allowed=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "::1", "fc00::1"])
def test_an_allowed_host_can_have_a_private_address(address):
    check_addresses("hooks.internal", [address], is_allowed=True)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200", "fe80::1"],
)
def test_cloud_metadata_addresses_are_rejected_even_for_allowed_hosts(address):
    with pytest.raises(OutboundRefused, match="cloud metadata"):
        check_addresses("hooks.internal", [address], is_allowed=True)


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_ipv6_forms_of_private_ipv4_addresses_are_rejected(inner):
    for prefix in ("::ffff:0:0", "64:ff9b::", "::"):
        hidden = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + int(inner))
        with pytest.raises(OutboundRefused):
            check_addresses("hooks.example", [str(hidden)], is_allowed=False)


def test_localhost_resolves_to_unique_addresses():
    assert "127.0.0.1" in resolve("localhost", 80, 5)


def test_a_name_without_an_address_is_an_error():
    with pytest.raises(OutboundFailed, match=r"Can't resolve nowhere\.invalid"):
        resolve("nowhere.invalid", 443, 20)
