import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest

from automl_magic.cli.apps.live import live_server
from automl_magic.cli.apps.mlflow import mlflow_server
from automl_magic.cli.apps.server import AppNotStarted, AppServer, free_port
from automl_magic.cli.apps.voila import voila_server
from automl_magic.workspace import default_workspace


def get(url, **headers):
    """Give the status, the headers and the body of an address of this machine."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, ""


def test_a_taken_port_is_refused_before_anything_starts():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(AppNotStarted) as refused:
            free_port(port)

    assert (refused.value.what, refused.value.fix) == (
        f"Can't use port {port}.",
        "Choose another port with --port, or omit the option.",
    )


def test_a_server_that_ends_at_once_is_quoted():
    server = AppServer(
        "broken",
        [sys.executable, "-c", "raise SystemExit('no module named x')"],
        free_port(None),
        "/",
        default_workspace(),
    )

    with pytest.raises(AppNotStarted) as failed:
        server.start()

    assert failed.value.what == "The broken app didn't start."
    assert failed.value.why == "It exited with code 1. Last line of its log: no module named x"


@pytest.fixture
def app(finished):
    server = voila_server("leaderboard", finished.run.run_id, None, workspace=default_workspace())
    with server:
        server.start()
        yield server


def test_the_leaderboard_answers_to_this_machine_alone(app, finished):
    status, headers, body = get(app.url)

    assert status == 200
    assert finished.run.run_id in body
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert get(app.url, Host="evil.example")[0] == 403
    assert get(f"{app.url}voila/files/leaderboard.ipynb")[0] == 403
    [address] = {
        connection.laddr.ip
        for connection in psutil.Process(app._process.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == app.port
    }
    assert address == "127.0.0.1"


def test_the_server_takes_its_kernels_with_it(app):
    get(app.url)
    family = psutil.Process(app._process.pid).children(recursive=True)
    assert family

    app.stop()

    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_a_run_that_is_gone_is_a_clear_page(store):
    server = voila_server("leaderboard", "nope", None, workspace=default_workspace())
    with server:
        server.start()
        status, _, body = get(server.url)

    assert status == 200
    assert "There&#x27;s no run &#x27;nope&#x27;." in body
    assert "<b>Do:</b>" in body


def test_a_run_that_nobody_has_explained_names_the_command(finished):
    with voila_server(
        "explain", finished.run.run_id, None, workspace=default_workspace()
    ) as server:
        server.start()
        status, headers, body = get(server.url)

    assert status == 200
    assert "been explained yet." in body
    assert f"automl explain {finished.run.run_id}" in body
    assert "script-src 'self' 'unsafe-eval' blob:;" in headers["Content-Security-Policy"]
    assert "cell-output" not in body


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_its_address_and_ends_cleanly(finished, ending):
    command = [sys.executable, "-c", "from automl_magic.cli import main; main()"]
    words = ["app", "leaderboard", finished.run.run_id[:-2], "--no-browser"]
    process = subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    url = process.stdout.readline().strip()
    assert get(f"{url}voila/templates/automl-magic/static/app.js")[0] == 200

    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(ending)

    assert process.wait(20) == 0
    assert psutil.wait_procs(family, timeout=10)[1] == []
    process.communicate()


@pytest.mark.long
def test_the_page_of_a_run_with_fifty_trials_has_them_all(fifty):
    with voila_server(
        "leaderboard", fifty.run.run_id, None, workspace=default_workspace(), is_over=True
    ) as server:
        server.start()
        status, _, body = get(server.url)

    assert (status, body.count("<tr data-is") + body.count('<tr class="am-winner"')) == (200, 51)


@pytest.mark.long
def test_mlflow_answers_without_its_job_runners(store):
    with mlflow_server(None, default_workspace()) as server:
        server.start()
        status, _, _ = get(server.url)
        family = psutil.Process(server._process.pid).children(recursive=True)

    assert status == 200
    assert len(family) <= 3


@pytest.mark.long
def test_kernels_of_closed_pages_are_ended(app):
    get(app.url)
    server = psutil.Process(app._process.pid)
    deadline = time.monotonic() + 60
    while server.children() and time.monotonic() < deadline:
        time.sleep(1)

    assert server.children() == []


def test_no_page_of_ours_names_another_host():
    from automl_magic.files.templates import templates_folder

    theme = templates_folder() / "voila" / "templates"
    folders = (theme / "automl-magic", theme / "automl-magic-widgets", templates_folder() / "apps")
    texts = {
        path.name: path.read_text()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }

    assert {"index.html.j2", "app.css", "app.js", "icon.svg", "live.html", "live.js"} < set(texts)
    named = {name: re.findall(r"//[\w-]+\.[\w.-]+", text) for name, text in texts.items()}
    # The name of the SVG namespace is no address that anybody asks.
    assert {name: hosts for name, hosts in named.items() if hosts} == {
        "icon.svg": ["//www.w3.org"],
        "live.html": ["//127.0.0.1"],
        "monitor.html": ["//127.0.0.1"],
    }


@pytest.mark.long
def test_another_origin_gets_no_connection_to_the_live_page(finished):
    import asyncio

    from tornado.httpclient import HTTPClientError, HTTPRequest
    from tornado.websocket import websocket_connect

    async def connect(origin):
        url = f"ws://127.0.0.1:{server.port}/ws"
        await websocket_connect(HTTPRequest(url, headers={"Origin": origin}))

    with live_server(finished.run.run_id, None, default_workspace()) as server:
        server.start()
        with pytest.raises(HTTPClientError) as refused:
            asyncio.run(connect("http://evil.example"))

    assert refused.value.code == 403
