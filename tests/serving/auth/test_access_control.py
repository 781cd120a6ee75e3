"""Who may ask: keys, rates, tokens of a Hub, and nobody from another site."""

import asyncio
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import httpx
import pytest

from automl_magic.store.keys import create_key, revoke_key
from automl_magic_serving.auth import AccessControl, AuthMode, Caller, HttpProblem, Hub
from automl_magic_serving.auth.access_control import is_loopback
from automl_magic_serving.auth.rate_limit import RateLimiter
from automl_magic_serving.rpc.proto_files import load_proto
from tests.waiting import wait_for

SECRET = b"amk_0123456789ab_" + b"x" * 43


def table(caller=None, *, any_key=True):
    keys = {} if caller is None else {hashlib.sha256(SECRET).digest(): caller}
    return lambda: (keys, any_key)


def admit(gate, authorization=None, **more):
    return asyncio.run(gate.admit(authorization, **more))


def refusal(gate, authorization=None, **more):
    with pytest.raises(HttpProblem) as problem:
        admit(gate, authorization, **more)
    return problem.value.status, problem.value.code


def test_a_key_that_is_known_comes_in():
    caller = Caller("k1")

    assert admit(AccessControl(table(caller)), b"Bearer " + SECRET) is caller


@pytest.mark.parametrize(
    "authorization",
    [None, b"", b"Bearer", b"Bearer ", b"Basic " + SECRET, b"Bearer x", b"Bearer " + b"x" * 9999],
)
def test_another_one_does_not(authorization):
    assert refusal(AccessControl(table(Caller("k1"))), authorization) == (401, "unauthenticated")


def test_a_key_opens_its_deployments_and_no_others():
    gate = AccessControl(table(Caller("k1", frozenset({"churn"}))))

    assert admit(gate, b"Bearer " + SECRET, deployment="churn").key_id == "k1"
    assert refusal(gate, b"Bearer " + SECRET, deployment="price") == (403, "forbidden")


def test_a_key_ends_when_it_expires_although_the_table_still_has_it():
    gate = AccessControl(table(Caller("k1", expires_at=time.time() - 1)))

    assert refusal(gate, b"Bearer " + SECRET) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("mode", "loopback", "any_key", "is_open"),
    [
        (AuthMode.AUTO, True, False, True),
        (AuthMode.AUTO, True, True, False),
        (AuthMode.AUTO, False, False, False),
        (AuthMode.REQUIRED, True, False, False),
        (AuthMode.OFF, False, True, True),
    ],
)
def test_a_server_is_open_only_where_nobody_else_can_reach_it(mode, loopback, any_key, is_open):
    gate = AccessControl(table(any_key=any_key), mode=mode, loopback=loopback)

    assert gate.allows_anonymous is is_open
    if is_open:
        assert admit(gate, host=b"127.0.0.1:8080") == Caller()
    else:
        assert refusal(gate, host=b"127.0.0.1:8080") == (401, "unauthenticated")


@pytest.mark.parametrize(
    "host", [b"localhost", b"localhost:80", b"[::1]:80", b"[::1]", b"127.1.2.3"]
)
def test_this_machine_is_known_by_its_names(host):
    gate = AccessControl(table(any_key=False), loopback=True)

    assert admit(gate, host=host, origin=b"http://" + host) == Caller()


@pytest.mark.parametrize(
    "host", [None, b"", b"evil.example", b"127.0.0.1.evil.example:80", b"localhost.evil.example"]
)
def test_other_names_are_not_this_machine(host):
    gate = AccessControl(table(any_key=False), loopback=True)

    assert refusal(gate, host=host) == (403, "host_not_allowed")


@pytest.mark.parametrize("origin", [b"null", b"https://evil.example", b"http://127.0.0.1:81"])
def test_a_page_of_another_site_may_not_ask(origin):
    gate = AccessControl(table(any_key=False), loopback=True)

    assert refusal(gate, host=b"127.0.0.1:80", origin=origin) == (403, "origin_not_allowed")


def test_only_loopback_addresses_are_loopback():
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_key_that_asks_too_often_is_told_when_to_come_again():
    gate = AccessControl(table(Caller("k1", requests_per_s=5)))
    for _ in range(5):
        admit(gate, b"Bearer " + SECRET)
    with pytest.raises(HttpProblem) as problem:
        admit(gate, b"Bearer " + SECRET)

    assert (problem.value.status, problem.value.code) == (429, "rate_limited")
    assert 0 < problem.value.retry_after_s <= 0.2


def test_a_bucket_holds_a_second_and_fills_again(monkeypatch):
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    pace = RateLimiter()
    n_taken = sum(pace.wait_s("a", 10) == 0 for _ in range(50))
    now += 0.5
    later = sum(pace.wait_s("a", 10) == 0 for _ in range(50))

    assert (n_taken, later) == (10, 5)
    assert pace.wait_s("b", 10) == 0


def test_a_slow_rate_lets_one_through(monkeypatch):
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    pace = RateLimiter()

    assert pace.wait_s("a", 0.1) == 0
    assert pace.wait_s("a", 0.1) == pytest.approx(10)


def test_workers_share_a_bucket(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "monotonic", lambda: 1_000.0)
    one, other = RateLimiter(tmp_path / "pace"), RateLimiter(tmp_path / "pace")
    n_taken = sum((one if i % 2 else other).wait_s("a", 10) == 0 for i in range(50))

    assert n_taken == 10


class TestHub:
    """A Hub that knows two tokens, over HTTP, as JupyterHub's API answers."""

    @pytest.fixture
    def asked(self):
        asked = []
        users = {
            "token alice": {
                "name": "alice",
                "scopes": ["access:services!service=automl-serving", "read:users:name!user=alice"],
            },
            "token bob": {"name": "bob", "scopes": ["access:services!service=other"]},
        }

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self):
                message = self.headers["authorization"]
                asked.append((self.path, message))
                user = users.get(message)
                self.send_response(200 if user else 403)
                self.end_headers()
                self.wfile.write(json.dumps(user or {"status": 403}).encode())

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked.append(f"http://127.0.0.1:{server.server_port}/hub/api")
        yield asked
        server.shutdown()
        server.server_close()

    @pytest.fixture
    def hub(self, asked):
        return Hub(asked.pop(), "automl-serving")

    def test_a_user_with_the_scope_comes_in(self, hub, asked):
        gate = AccessControl(table(), hub=hub)

        assert admit(gate, b"Bearer alice", deployment="churn").key_id == "hub:alice"
        assert asked == [("/hub/api/user", "token alice")]

    def test_a_user_of_another_service_does_not(self, hub):
        assert refusal(AccessControl(table(), hub=hub), b"Bearer bob") == (401, "unauthenticated")

    def test_an_answer_is_kept_also_a_no(self, hub, asked):
        async def many():
            gate = AccessControl(table(), hub=hub)
            for _ in range(5):
                await gate.admit(b"Bearer alice")
                with pytest.raises(HttpProblem, match="unknown"):
                    await gate.admit(b"Bearer mallory")
            await asyncio.gather(*(gate.admit(b"Bearer alice") for _ in range(20)))

        asyncio.run(many())
        assert len(asked) == 2

    def test_many_requests_with_a_new_token_ask_once(self, hub, asked):
        async def many():
            gate = AccessControl(table(), hub=hub)
            return await asyncio.gather(*(gate.admit(b"Bearer alice") for _ in range(20)))

        assert {caller.key_id for caller in asyncio.run(many())} == {"hub:alice"}
        assert len(asked) == 1

    def test_a_key_of_ours_is_not_told_to_the_hub(self, hub, asked):
        refusal(AccessControl(table(), hub=hub), b"Bearer " + SECRET)

        assert asked == []

    def test_a_hub_that_is_silent_lets_nobody_in(self):
        gate = AccessControl(table(), hub=Hub("http://127.0.0.1:9/hub/api", "automl-serving"))

        assert refusal(gate, b"Bearer alice") == (503, "hub_unreachable")


class TestAServer:
    """The same with a server that runs, over HTTP and gRPC."""

    def ask(self, keyed, house, secret=None, name="price"):
        headers = {} if secret is None else {"authorization": f"Bearer {secret}"}
        return httpx.post(
            f"{keyed.url}/v1/inference/{name}:predict", json={"instances": [house]}, headers=headers
        )

    def status_of(self, keyed, secret=None):
        inference = load_proto("inference")
        request = inference.ModelMetadataRequest(name="price")
        metadata = [] if secret is None else [("authorization", f"Bearer {secret}")]
        with grpc.insecure_channel(keyed.grpc) as channel:
            call = channel.unary_unary(f"/{inference.service}/ModelMetadata")
            try:
                call(request.SerializeToString(), metadata=metadata, timeout=10)
            except grpc.RpcError as error:
                return error.code()
        return grpc.StatusCode.OK

    def test_a_key_is_wanted_everywhere_but_where_it_is_asked_how_the_server_is(
        self, keyed, house, customer
    ):
        assert self.ask(keyed, house).status_code == 401
        assert self.status_of(keyed) is grpc.StatusCode.UNAUTHENTICATED
        for path in ("/v2/models/price", "/v1/batch-predict/" + "0" * 32):
            assert httpx.get(keyed.url + path).status_code == 401
        for path in ("/v1/predict", "/v1/outcomes", "/v1/batch-predict"):
            assert httpx.post(keyed.url + path, json={}).status_code == 401
        for path in ("/", "/health", "/metrics", "/openapi.json", "/v2", "/v2/health/ready"):
            assert httpx.get(keyed.url + path).status_code == 200

    def test_a_new_key_works_and_a_revoked_one_stops(self, keyed, house, keyed_plane):
        key_id, secret = create_key(keyed_plane.engine, "short", ["price"], actor="ada")
        wait_for(lambda: self.ask(keyed, house, secret).status_code == 200)
        assert self.status_of(keyed, secret) is grpc.StatusCode.OK
        assert self.ask(keyed, house, secret, name="churn").status_code == 403

        revoke_key(keyed_plane.engine, key_id, actor="ada")
        wait_for(lambda: self.ask(keyed, house, secret).status_code == 401)
        assert self.status_of(keyed, secret) is grpc.StatusCode.UNAUTHENTICATED

    def test_a_key_that_asks_too_often_is_slowed_down(self, keyed, house, keyed_plane):
        _, secret = create_key(keyed_plane.engine, "slow", requests_per_s=0.1, actor="ada")
        wait_for(lambda: self.ask(keyed, house, secret).status_code == 200)
        response = self.ask(keyed, house, secret)

        assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(response.headers["retry-after"]) <= 10
