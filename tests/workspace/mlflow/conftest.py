"""Servers that don't answer, each in its own way."""

import http.server
import socket
import threading

import pytest

from automl_magic.workspace.mlflow import probe


@pytest.fixture
def short_limits(monkeypatch):
    """The limits of the probe in tests, so that none waits for seconds."""
    monkeypatch.setattr(probe, "_CONNECT_S", 0.3)
    monkeypatch.setattr(probe, "_ANSWER_S", 0.4)
    monkeypatch.setattr(probe, "LIMIT_S", 2.0)


@pytest.fixture
def silent():
    """A server that accepts connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server


@pytest.fixture
def black_hole():
    """The port of a server whose queue of connections is full, so that packets get no answer."""
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@pytest.fixture
def broken():
    """The port of a server that answers each request with 500."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(500)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()
