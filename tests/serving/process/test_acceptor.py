"""Why workers share one listening socket: what waits in its queue outlives each of them."""

import os
import select
import signal
import socket
import subprocess
import sys
import time

import httpx
import psutil
import pytest

HOLD = (
    "import socket, sys, time; s = socket.socket(fileno=int(sys.argv[1]));"
    "print('up', flush=True); time.sleep(600)"
)
OWN = (
    "import socket, sys, time; s = socket.socket();"
    "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1);"
    "s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen(64); print('up', flush=True);"
    "time.sleep(600)"
)


def started(code, argument, **more):
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(argument)], stdout=subprocess.PIPE, **more
    )
    process.stdout.readline()
    return process


def is_broken(connection):
    """Whether the other end has hung up."""
    readable, _, _ = select.select([connection], [], [], 0.5)
    if not readable:
        return False
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_what_waits_in_a_shared_queue_survives_the_kill_of_a_worker():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        workers = [started(HOLD, listener.fileno(), pass_fds=[listener.fileno()]) for _ in range(2)]
        waiting = [socket.create_connection(listener.getsockname()) for _ in range(16)]
        workers[0].kill()
        workers[0].wait()

        assert not any(is_broken(one) for one in waiting)
        close(workers, waiting)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux spreads connections over the queues")
def test_with_a_queue_for_each_worker_a_killed_worker_takes_its_queue_with_it():
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        workers = [started(OWN, port) for _ in range(2)]
        waiting = [socket.create_connection(("127.0.0.1", port)) for _ in range(64)]
        workers[0].kill()
        workers[0].wait()

        # Each connection falls into either queue by a hash: 64 in one are a chance of 2**-63.
        assert any(is_broken(one) for one in waiting)
        close(workers, waiting)


def close(workers, connections):
    for one in connections:
        one.close()
    for worker in workers:
        worker.kill()
        worker.wait()
        worker.stdout.close()


@pytest.mark.long
def test_connections_that_stay_open_are_shared_out(own_plane, server_of):
    with server_of(own_plane, "--workers", "2") as live:
        host, port = live.host.rsplit(":", 1)
        opened = [socket.create_connection((host, port)) for _ in range(64)]
        time.sleep(1.0)
        own = psutil.Process(live.process.pid).children()
        held = [
            sum(one.laddr.port == int(port) and bool(one.raddr) for one in w.net_connections("tcp"))
            for w in own
        ]

        assert sum(held) == 64
        assert min(held) >= 24
        for one in opened:
            one.close()


@pytest.mark.long
def test_a_worker_that_is_stopped_does_not_keep_the_others_from_accepting(
    own_plane, server_of, customer
):
    with server_of(own_plane, "--workers", "2") as live:
        stopped = psutil.Process(live.process.pid).children()[0]
        os.kill(stopped.pid, signal.SIGSTOP)
        try:
            for _ in range(30):
                response = httpx.post(
                    live.url + "/v1/inference/churn:predict",
                    json={"instances": [customer]},
                    timeout=20,
                )
                assert response.status_code == 200
        finally:
            os.kill(stopped.pid, signal.SIGCONT)
