"""An MLflow server with several workspaces is asked in one's own, in each thread for itself."""

import http.server
import json
import os
import threading

import pytest
from mlflow.utils.server_info import SERVER_INFO_WORKSPACES_ENABLED

from automl_magic.workspace.mlflow import connect, translate_mlflow_errors
from automl_magic.workspace.workspace import Tracking


@pytest.fixture
def asked():
    """The workspaces that a server was asked in; and its address."""
    seen = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.endswith("/experiments/search"):
                seen.append(self.headers.get("X-MLFLOW-WORKSPACE"))
            # What a server says that was started with --enable-workspaces.
            body = json.dumps({"experiments": [], SERVER_INFO_WORKSPACES_ENABLED: True}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield seen, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_each_thread_asks_in_its_own_workspace(asked, tmp_path, monkeypatch):
    seen, uri = asked
    monkeypatch.delenv("MLFLOW_WORKSPACE", raising=False)
    places = [Tracking(uri, tmp_path, workspace=name) for name in ("team-a", "team-b")]
    both_are_in = threading.Barrier(2)

    def ask(tracking):
        client = connect(tracking)
        with translate_mlflow_errors(tracking):
            both_are_in.wait()
            client.search_experiments(max_results=1)

    threads = [threading.Thread(target=ask, args=(tracking,)) for tracking in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Each asked twice to connect, and once more.
    assert sorted(seen) == ["team-a"] * 3 + ["team-b"] * 3
    assert "MLFLOW_WORKSPACE" not in os.environ
