"""A storm: hundreds of changes and kills under live load, and every answer is held against them.

Each event is a command that returns when all workers have confirmed what it did. From then on no
request that begins may be answered by a version that the command retired. Clients speak over plain
sockets, so that it is known which worker held a connection that broke: the worker is stopped, its
connections are read from the kernel, and then it is killed.
"""

import asyncio
import collections
import dataclasses
import json
import random
import signal
import threading
import time

import psutil
import pytest

from automl_magic.errors import DeploymentError, NotApproved
from automl_magic.records.models.deployment import Slos
from automl_magic.store.approvals import approval_of, record_approval, revoke_approvals
from automl_magic.store.engine import exclusive_transaction
from automl_magic.store.routes import (
    change_deployment,
    change_route,
    read_deployment,
    read_route,
    roll_back,
)
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.store.workers import wait_for_epoch
from automl_magic.workspace import default_workspace
from tests.waiting import wait_for

VERSIONS = (1, 2, 3)
CLIENTS = 8
ENOUGH = 30
# On a busy machine both workers may be starting for a while.
PATIENCE_S = 300
PATH = "/v1/inference/churn:predict"


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


@dataclasses.dataclass(frozen=True)
class Answered:
    began: float
    ended: float
    status: int
    version: int | None


@dataclasses.dataclass(frozen=True)
class Broken:
    """A request without an answer; `port` is the client's end of its connection."""

    began: float
    ended: float
    port: int


@dataclasses.dataclass
class Reign:
    """A route: from the start of the command that wrote it, to the return of the one after it."""

    versions: frozenset
    began: float
    ended: float = float("inf")


class Load:
    """Clients that ask on and on, each with a connection of its own that it renews at times."""

    def __init__(self, url, customer):
        self.host, port = url.removeprefix("http://").rsplit(":", 1)
        self.port = int(port)
        body = json.dumps({"instances": [customer]}).encode()
        self.request = (
            b"POST %b HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (PATH.encode(), len(body), body)
        )
        self.answered, self.broken = [], []
        self.stops = False
        self.thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stops = True
        self.thread.join()

    async def _all(self):
        await asyncio.gather(*(self._ask_on(random.Random(n)) for n in range(CLIENTS)))

    async def _ask_on(self, dice):
        while not self.stops:
            reader, writer = await asyncio.open_connection(self.host, self.port)
            port = writer.get_extra_info("sockname")[1]
            for _ in range(dice.randint(1, 60)):
                began = time.monotonic()
                try:
                    writer.write(self.request)
                    status, version = await asyncio.wait_for(answer(reader), PATIENCE_S)
                except (OSError, asyncio.IncompleteReadError):
                    self.broken.append(Broken(began, time.monotonic(), port))
                    break
                self.answered.append(Answered(began, time.monotonic(), status, version))
                await asyncio.sleep(dice.random() * 0.01)
                if self.stops:
                    break
            writer.close()


async def answer(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    body = json.loads(await reader.readexactly(length))
    status = int(head.split(b" ", 2)[1])
    version = body.get("model_version")
    return status, None if version is None else int(version)


class Storm:
    """Random events, and what was true while they happened."""

    def __init__(self, plane, live, seed):
        self.plane, self.live, self.dice = plane, live, random.Random(seed)
        self.route = read_route(plane.engine, "churn")
        self.reigns = [Reign(answering(self.route), time.monotonic())]
        self.killed = set()
        self.misbehaved = []
        self.counts = collections.Counter()
        self.revoked = set()
        self.unconfirmed = 0
        self.breaches = []

    def happen(self):
        """Let one event happen that can, and return when its command would."""
        events = [self.kill, self.refuse_unapproved]
        if self.route.canary is None:
            events += [self.start_canary] * 4 + [self.roll_back, self.shadow, self.revoke]
        else:
            events += [self.step] * 3 + [self.promote, self.roll_back, self.breach]
        event = self.dice.choice(events)
        if event():
            self.counts[event.__name__] += 1
            return True
        return False

    def change(self, **fields):
        began = time.monotonic()
        return self.follow(
            change_route(
                self.plane.engine,
                self.route,
                action="storm",
                actor="ada",
                **fields,
                trusted=own_trusted(),
            ),
            began,
        )

    def follow(self, route, began):
        """Wait for all workers, as every command does; from then on the old route is history."""
        self.reigns.append(Reign(answering(route), began))
        self.route = route
        if wait_for_epoch(self.plane.engine, "churn", route.epoch, PATIENCE_S):
            self.unconfirmed += 1
        else:
            now = time.monotonic()
            for reign in self.reigns[:-1]:
                reign.ended = min(reign.ended, now)
        return True

    def others(self):
        return [one for one in VERSIONS if one != self.route.stable and one not in self.revoked]

    def start_canary(self):
        return self.change(
            canary=self.dice.choice(self.others()),
            shadow=None,
            percent=self.dice.choice([1.0, 10.0, 50.0]),
        )

    def step(self):
        percent = min(100.0, self.route.percent + 20.0)
        return percent != self.route.percent and self.change(percent=percent)

    def promote(self):
        return self.change(stable=self.route.canary, canary=None, percent=0.0)

    def roll_back(self):
        began = time.monotonic()
        try:
            route = roll_back(
                self.plane.engine, "churn", "ada", "storm", self.route.epoch, trusted=own_trusted()
            )
        except (DeploymentError, NotApproved):  # nothing to return to, or nothing that may serve
            return False
        return self.follow(route, began)

    def shadow(self):
        return self.change(
            shadow=self.dice.choice(self.others()) if not self.route.shadow else None
        )

    def breach(self):
        """The canary begins to fail, and nobody but the guard does anything about it."""
        if self.route.percent < 10:
            return False
        began, epoch = time.monotonic(), self.route.epoch
        self.plane.behave(**{f"v{self.route.canary}": {"fails": 1.0}})
        wait_for(lambda: read_route(self.plane.engine, "churn").epoch != epoch, every_s=0.02)
        route = read_route(self.plane.engine, "churn")
        self.follow(route, began)
        self.breaches.append((began, time.monotonic()))
        self.plane.behave()
        self.misbehaved.append((began, time.monotonic()))
        assert route.canary is None
        return True

    def revoke(self):
        """A version that answers nowhere loses its approval, or gets it back."""
        version = self.dice.choice([one for one in VERSIONS if one not in self.route.versions])
        if version == self.route.previous or len(self.revoked - {version}) > 0:
            return False
        with exclusive_transaction(self.plane.engine) as connection:
            if version in self.revoked:
                approved = approval_of(self.plane.engine, "churn", version)
                record_approval(connection, approved.approval)
                self.revoked.discard(version)
            else:
                revoke_approvals(connection, "churn", version, actor="grace")
                self.revoked.add(version)
        return True

    def refuse_unapproved(self):
        """No route leads to a version whose approval was revoked."""
        for version in self.revoked - set(self.route.versions):
            with pytest.raises(NotApproved):
                self.change(canary=version, shadow=None, percent=50.0)
            return True
        return False

    def kill(self):
        """Stop a worker, note whose requests it holds, and kill it."""
        workers = psutil.Process(self.live.process.pid).children()
        if len(workers) < 2:
            return False
        worker = self.dice.choice(workers)
        try:
            worker.send_signal(signal.SIGSTOP)
            time.sleep(0.01)
            mine = {one.raddr.port for one in worker.net_connections("tcp") if one.raddr}
        except psutil.NoSuchProcess:  # killed a moment ago
            return False
        self.killed |= mine
        worker.kill()
        return True


def answering(route):
    return frozenset({route.stable, *(() if route.canary is None else (route.canary,))})


@pytest.mark.parametrize(
    "n_events",
    [
        pytest.param(60, marks=pytest.mark.long),
        pytest.param(500, marks=[pytest.mark.long, pytest.mark.timeout(3_600)]),
    ],
)
def test_no_retired_version_answers_and_no_request_is_lost(
    n_events, own_plane, server_of, customer, capsys
):
    deployment, _ = read_deployment(own_plane.engine, "churn")
    slos = Slos(error_rate_pct=20.0, min_requests=ENOUGH)
    change_deployment(
        own_plane.engine, dataclasses.replace(deployment, slos=slos), "ada", trusted=own_trusted()
    )
    own_plane.behave()
    how = {"deployments": ["churn"], "env": own_plane.misbehaving}
    with (
        server_of(own_plane, "--workers", "2", **how) as live,
        Load(live.url, customer) as load,
    ):
        storm = Storm(own_plane, live, seed=7)
        began, done = time.monotonic(), 0
        while done < n_events:
            done += storm.happen()
        seconds = time.monotonic() - began
        time.sleep(0.5)

    retired = [one for one in load.answered if one.version and not may_answer(storm, one)]
    lost = [one for one in load.broken if one.port not in storm.killed]
    odd = [
        one
        for one in load.answered
        if one.status != 200 and not (one.status == 500 and was_misbehaving(storm, one))
    ]
    with capsys.disabled():
        print(
            f"\n{n_events} events in {seconds:.0f} s: {dict(storm.counts)}\n"
            f"{len(load.answered):,} answers, {len(retired)} by a retired version; "
            f"{len(load.broken)} requests broken in killed workers, {len(lost)} lost outside; "
            f"{storm.unconfirmed} commands not confirmed; from the {ENOUGH}th failed answer until "
            f"no worker asks the canary: {shown(reactions(storm, load))}"
        )
    assert load.answered
    assert retired == []
    assert lost == []
    assert odd == []
    assert storm.unconfirmed == 0


def may_answer(storm, response):
    """Whether the version had a place in a route that held at some time during the request."""
    return any(
        response.version in reign.versions
        and reign.began <= response.ended
        and reign.ended >= response.began
        for reign in storm.reigns
    )


def was_misbehaving(storm, response):
    return any(
        began <= response.ended and response.began <= ended_at
        for began, ended_at in storm.misbehaved
    )


def reactions(storm, load):
    """How long each canary was still asked after enough of its answers had failed."""
    result = []
    for began, retired in storm.breaches:
        failed = sorted(
            one.ended for one in load.answered if one.status == 500 and began <= one.began < retired
        )
        if len(failed) >= ENOUGH:
            result.append(retired - failed[ENOUGH - 1])
    return sorted(result)


def shown(seconds):
    if not seconds:
        return "never seen"
    return f"median {seconds[len(seconds) // 2]:.2f} s, longest {seconds[-1]:.2f} s"
