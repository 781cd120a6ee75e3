"""Senders who mean no good: what they send is refused, and the others do not notice."""

import contextlib
import json
import socket
import threading
import time

import psutil
import pytest

PATH = "/v1/inference/price:predict"
GOOD = {"instances": [{"area": 80.0, "rooms": 3.0, "year": 1987.0}]}


def connect(live):
    host, port = live.host.split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def raw(live, *pieces, pause_s=0.0):
    """Send bytes as they are, and return everything that comes back until the server hangs up."""
    with connect(live) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause_s)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it hung up already, which is its right
        response = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(1 << 16):
                response += piece
        return response


def head(length=None, path=PATH, **headers):
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", "content-type: application/json"]
    if length is not None:
        lines.append(f"content-length: {length}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(live, body, **headers):
    kind = {"content-type": "application/json"}
    return live.client.post(PATH, content=body, headers=kind | headers)


def said(response):
    """Check the form that every error has, and return its status and code."""
    document = response.json()
    assert document.keys() == {"error", "details", "code"}
    assert response.headers["x-request-id"]
    return response.status_code, document["code"]


def test_a_body_above_the_cap_is_refused_unread(live):
    response = raw(live, head(length=1_000_000_000))

    assert response.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"body_too_large"' in response


def test_a_chunked_body_above_the_cap_is_cut_off(live):
    chunk = b"%x\r\n%b\r\n" % (100_000, b" " * 100_000)
    response = raw(live, head(transfer_encoding="chunked"), *[chunk] * 11)

    assert response.startswith(b"HTTP/1.1 413 ")


def test_a_body_that_nobody_reads_does_not_come_in(live):
    sent = 0
    with connect(live) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(head(length=1 << 30, path="/v1/inference/nobody:predict"))
        for _ in range(1_024):
            connection.sendall(b" " * (1 << 20))
            sent += 1

    assert sent < 100


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"instances":' * 50_000, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b'{"instances": [{"area": 1e400, "rooms": 1, "year": 1}]}', "malformed"),
        (b'{"instances": [{"area": NaN, "rooms": 1, "year": 1}]}', "malformed"),
        (b'{"instances": [{"area": 1, "area": 2, "rooms": 1, "year": 1}]}', "duplicate_key"),
        (b'{"instances": [{"area": "\xff"}]}', "malformed"),
        (b"", "malformed"),
        (b'{"instances": []}', "malformed"),
        (b'{"instances": {}}', "malformed"),
        (b'{"instances": [[]]}', "malformed"),
        (b'{"instances": [{}], "path": "/etc"}', "unknown_field"),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else value,
)
def test_a_body_that_cannot_be_read_is_refused(live, body, code):
    assert said(post(live, body)) == (400, code)


def test_too_many_rows_are_refused(live):
    rows = {"instances": GOOD["instances"] * 1_001}

    assert said(post(live, json.dumps(rows))) == (422, "too_many_rows")


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-encoding": "gzip"},
    ],
)
def test_a_body_of_another_type_is_refused(live, headers):
    assert post(live, json.dumps(GOOD), **headers).status_code == 415


def test_a_body_without_a_type_passes_only_where_no_page_sent_it(live):
    body = json.dumps(GOOD).encode()
    bare = b"POST %b HTTP/1.1\r\nhost: %b\r\n" % (PATH.encode(), live.host.encode())
    end = b"connection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    origin = b"origin: http://%b\r\n" % live.host.encode()

    assert raw(live, bare + end).startswith(b"HTTP/1.1 200 ")
    assert raw(live, bare + origin + end).startswith(b"HTTP/1.1 415 ")


def test_another_host_name_is_refused_where_no_key_is_needed(live):
    # A name that an attacker points to 127.0.0.1 (DNS rebinding).
    assert said(post(live, json.dumps(GOOD), host="evil.example")) == (403, "host_not_allowed")


def test_a_page_of_another_site_is_refused_where_no_key_is_needed(live):
    response = post(live, json.dumps(GOOD), origin="https://evil.example")

    assert said(response) == (403, "origin_not_allowed")


def test_no_answer_may_be_read_by_a_page_of_another_site(live):
    response = live.client.get("/health", headers={"origin": "https://evil.example"})

    assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_hundred_headers_are_enough(live):
    many = b"".join(b"x-%d: 1\r\n" % i for i in range(10_000))
    response = raw(live, b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n" + many + b"\r\n")

    assert response.startswith(b"HTTP/1.1 431 ")


def test_a_head_without_an_end_is_cut_off(live):
    response = raw(live, b"GET /health HTTP/1.1\r\n", *[b"x-a: " + b"b" * 40_000 + b"\r\n"] * 2)

    assert response.startswith(b"HTTP/1.1 431 ")


def test_what_is_no_http_is_answered_in_the_same_form(live):
    response = raw(live, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")

    assert response.startswith(b"HTTP/1.1 400 ")
    assert json.loads(response.partition(b"\r\n\r\n")[2]).keys() == {"error", "details", "code"}


def test_a_sane_request_id_comes_back(live):
    response = live.client.get("/v2", headers={"x-request-id": "order-17:a/b"})

    assert response.headers["x-request-id"] == "order-17:a/b"


@pytest.mark.parametrize("sent", ["a b", "x" * 81, 'a"}', "é", ""])
def test_another_request_id_is_not_repeated(live, sent):
    response = live.client.get("/v2", headers={"x-request-id": sent.encode()})

    assert len(response.headers["x-request-id"]) == 16


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", PATH, 405),
        ("PUT", "/v1/predict", 405),
        ("POST", "/health", 405),
        ("GET", "/nothing", 404),
        ("POST", "/v2/models/nobody/infer", 404),
        ("POST", "/v2/models/price/versions/9/infer", 404),
        ("POST", "/v2/models/price/versions/01/infer", 404),
        ("POST", "/v2/models/price/versions/x/infer", 404),
        ("GET", "/v2/models/price/versions/9/ready", 404),
        ("GET", "/v2/models/%2e%2e%2fetc", 404),
    ],
)
def test_what_is_not_there_says_so(live, method, path, status):
    kind = {"content-type": "application/json"}
    response = live.client.request(method, path, content=b"{}", headers=kind)

    assert said(response)[0] == status
    assert (status == 405) == ("allow" in response.headers)


@pytest.mark.long
def test_slow_senders_are_hung_up_on_while_others_are_answered(live):
    slow = [connect(live) for _ in range(200)]
    for number, connection in enumerate(slow):
        connection.sendall(head(length=100)[: 60 if number % 2 else None])
    took = []
    end = time.monotonic() + 13
    while time.monotonic() < end:
        began = time.perf_counter()
        assert post(live, json.dumps(GOOD)).status_code == 200
        took.append(time.perf_counter() - began)
        for connection in slow:  # a byte a second each
            try:
                connection.send(b"1")
            except OSError:
                continue
        time.sleep(1)
    for connection in slow:
        connection.settimeout(5)
        try:
            response = connection.recv(200)
        except ConnectionResetError:
            response = b""
        assert response.startswith(b"HTTP/1.1 408 ") or response == b""
        connection.close()
    print(f"slowest answer beside 200 slow senders: {max(took) * 1000:.0f} ms")


@pytest.mark.long
def test_memory_returns_after_giant_bodies(live):
    def memory():
        children = psutil.Process(live.process.pid).children(recursive=True)
        return sum(one.memory_info().rss for one in children)

    for _ in range(200):
        assert post(live, json.dumps(GOOD)).status_code == 200
    idle = memory()
    megabyte = b" " * (1 << 20)
    chunk = b"%x\r\n%b\r\n" % (len(megabyte), megabyte)

    def attack():
        raw(live, head(length=1 << 30), *[megabyte] * 1_024)
        raw(live, head(transfer_encoding="chunked"), *[chunk] * 1_024)
        for body in (b"[" * 900_000, b'{"a":' * 100_000, b'"' + b"\\u0000" * 150_000 + b'"'):
            post(live, body)

    threads = [threading.Thread(target=attack) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(200):
        assert post(live, json.dumps(GOOD)).status_code == 200

    now = memory()
    print(f"memory: {idle / 1e6:.0f} MB idle, {now / 1e6:.0f} MB after the attack")
    assert now <= 1.2 * idle
