from __future__ import annotations

import pytest

from automl_magic.errors import OutboundRefused
from automl_magic.outbound.destination import Destination


def test_a_url_is_parsed_into_a_destination():
    result = Destination.of("https://Hooks.Example./services/T0?a=1#part", ())

    assert result == Destination("https", "hooks.example", 443, "/services/T0?a=1", False)
    assert result.authority == "hooks.example"


def test_a_custom_port_is_in_the_host_header():
    assert Destination.of("https://hooks.example:8443/x", ()).authority == "hooks.example:8443"


def test_an_ipv6_address_keeps_its_brackets_in_the_host_header():
    assert Destination.of("https://[2606:2800::1]:8443/", ()).authority == "[2606:2800::1]:8443"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example/x",
        "file:///etc/passwd",
        "gopher://hooks.example/x",
        "javascript:alert(1)",
        "//hooks.example/x",
        "hooks.example/x",
        "http://hooks.example/x",
        "https://",
        "https:///x",
        "https://user@hooks.example/x",
        "https://user:word@hooks.example/x",
        "https://hooks.example@127.0.0.1/x",
        "https://hooks.example\\@127.0.0.1/x",
        "https://hooks.example:99999/x",
        "https://hooks.example:eighty/x",
        "https://hooks example/x",
        "https://hooks.example/x\r\nX-Evil: 1",
        "https://hooks.example/\tx",
        " https://hooks.example/x",
        "https://hooks.exämple/x",
        "https://hooks.example%00.evil/x",
        "https://[::1/x",
        "https://[fe80::1%25eth0]/x",
        "https://[v1.fe80]/x",
        "https://-hooks.example/x",
        "https://hooks..example/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://0177.0.0.1/x",
        "https://127.1/x",
        "https://127.0.0.0x1/x",
        "https://hooks.example/" + "a" * 2_000,
    ],
)
def test_an_unusual_url_is_rejected(url):
    with pytest.raises(OutboundRefused):
        Destination.of(url, ())


def test_the_secret_path_of_a_webhook_is_not_in_the_error():
    with pytest.raises(OutboundRefused) as caught:
        Destination.of("http://hooks.example/services/T0/s3cret", ())

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("allowed", ["hooks.internal", "Hooks.Internal.", "hooks.internal:8080"])
def test_an_allowed_host_can_be_called_over_plain_http(allowed):
    assert Destination.of("http://hooks.internal:8080/x", [allowed]).is_allowed


@pytest.mark.parametrize("allowed", ["internal", "hooks.internal:9090", "s.internal", "*.internal"])
def test_a_host_is_allowed_by_its_full_name(allowed):
    with pytest.raises(OutboundRefused, match="Plain HTTP"):
        Destination.of("http://hooks.internal:8080/x", [allowed])
