from __future__ import annotations

import json
import time

import pytest

from automl_magic.errors import OutboundFailed, OutboundRefused
from automl_magic.outbound import post_json

from .receiver import OK, always, certificate_for, receiving


class Names:
    """A resolver that returns the given answers in order, then repeats the last one."""

    def __init__(self, *answers):
        self._answers, self.asked = list(answers), 0

    def __call__(self, host, port, timeout_s):
        self.asked += 1
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def post(receiver, document=None, *, url="http://hooks.example:{port}/x", names=None, **options):
    return post_json(
        url.format(port=receiver.port),
        document or {"text": "hello"},
        allowed_hosts=options.pop("allowed_hosts", ["hooks.example"]),
        resolver=names or Names(["127.0.0.1"]),
        **options,
    )


def test_a_document_arrives_as_json_with_the_host_header():
    with receiving(always(OK)) as receiver:
        status = post(receiver, {"text": "høi"}, headers={"X-Signature": "abc"})

    head, _, body = receiver.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert (status, json.loads(body)) == (200, {"text": "høi"})
    assert lines[0] == "POST /x HTTP/1.1"
    assert f"Host: hooks.example:{receiver.port}" in lines
    assert "X-Signature: abc" in lines


def test_a_redirect_is_not_followed():
    with receiving(always(OK)) as inner:
        to = f"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:{inner.port}/\r\n\r\n"
        with receiving(always(to.encode())) as receiver:
            status = post(receiver, allowed_hosts=["hooks.example", "127.0.0.1"])

    assert (status, inner.requests) == (307, [])


def test_a_name_that_resolves_to_this_machine_is_not_called():
    with receiving(always(OK)) as receiver, pytest.raises(OutboundRefused):
        post(receiver, url="https://hooks.example:{port}/x", allowed_hosts=())

    assert receiver.requests == []


def test_a_name_is_not_looked_up_again_after_the_check():
    names = Names(["127.0.0.1"], ["169.254.169.254"])

    with receiving(always(OK)) as receiver:
        assert post(receiver, names=names) == 200

    assert names.asked == 1


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A certificate for hooks.example from a trusted authority."""
    path = certificate_for("hooks.example", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


def test_the_certificate_must_match_the_host_name(certificate):
    with receiving(always(OK), certificate) as receiver:
        assert post(receiver, url="https://hooks.example:{port}/x") == 200

    assert receiver.names == ["hooks.example"]


def test_a_certificate_of_another_host_is_refused(certificate):
    with (
        receiving(always(OK), certificate) as receiver,
        pytest.raises(OutboundFailed, match="certificate"),
    ):
        post(receiver, url="https://other.example:{port}/x", allowed_hosts=["other.example"])

    assert receiver.requests == []


def one_byte_at_a_time(link):
    for byte in OK * 100:
        link.sendall(bytes([byte]))
        time.sleep(0.05)


def headers_without_end(link):
    link.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        link.sendall(b"X-More: " + b"a" * 1000 + b"\r\n")


def continued_without_end(link):
    while True:
        link.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def silent(link):
    time.sleep(1)


@pytest.mark.parametrize(
    "give",
    [
        silent,
        one_byte_at_a_time,
        headers_without_end,
        continued_without_end,
        always(b""),
        always(b"SSH-2.0-OpenSSH_9.2\r\n"),
        always(b"HTTP/1.1 200 OK\r\n" + b"a" * 500_000),
    ],
)
def test_a_slow_large_or_invalid_response_is_an_error(give):
    with receiving(give) as receiver, pytest.raises(OutboundFailed):
        post(receiver, timeout_s=0.5)


def test_the_response_body_is_not_read():
    def give(link):
        link.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 1000000000\r\n\r\n")
        silent(link)

    with receiving(give) as receiver:
        assert post(receiver, timeout_s=2) == 202


def test_an_unreachable_server_is_a_clear_error():
    with receiving(always(OK)) as receiver:
        pass

    with pytest.raises(OutboundFailed, match=r"The request to hooks\.example failed"):
        post(receiver)


def test_an_unresponsive_address_leaves_time_for_the_next():
    with receiving(always(OK)) as receiver:
        assert post(receiver, names=Names(["::1", "127.0.0.1"])) == 200


@pytest.mark.parametrize(
    "headers", [{"X-A": "1\r\nX-B: 2"}, {"X A": "1"}, {"Host": "evil"}, {"X-A": "ä"}]
)
def test_a_header_that_could_forge_the_request_is_rejected(headers):
    with receiving(always(OK)) as receiver, pytest.raises(OutboundRefused, match="header"):
        post(receiver, headers=headers)

    assert receiver.requests == []


def test_a_document_that_is_too_large_is_refused():
    with receiving(always(OK)) as receiver, pytest.raises(OutboundRefused, match="too large"):
        post(receiver, {"text": "a" * 2**20})


def test_a_proxy_of_the_environment_is_not_used(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    with receiving(always(OK)) as receiver:
        assert post(receiver) == 200
