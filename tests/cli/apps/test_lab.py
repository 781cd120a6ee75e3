"""automl lab: JupyterLab with everything in it, for whoever has its address."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from automl_magic.cli.apps.lab import OPTIONS, lab_server
from automl_magic.workspace import default_workspace

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]


def status(url, **headers):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=60) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture
def lab(tmp_path):
    """The command at work, with its address."""
    environment = {
        **os.environ,
        "AUTOML_MAGIC_HOME": str(tmp_path / "home"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
    }
    process = subprocess.Popen(
        [*AUTOML, "lab", "--no-browser", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        env=environment,
        text=True,
        start_new_session=True,
    )
    lines = iter(process.stdout.readline, "}\n")
    yield process, json.loads("".join(lines) + "}")["url"]
    process.send_signal(signal.SIGINT)
    process.wait(30)
    process.stdout.close()


@pytest.mark.long
def test_the_lab_has_our_side_in_it_and_answers_who_has_its_token(lab):
    process, url = lab
    parts = urlsplit(url)
    api = f"http://{parts.netloc}/automl-magic/api/runs"
    token = parse_qs(parts.query)["token"][0]
    children = psutil.Process(process.pid).children()

    assert parts.hostname == "127.0.0.1"
    assert status(url) == 200
    assert status(api) == 403
    assert status(api, Authorization=f"token {token}") == 200
    assert all(token not in " ".join(child.cmdline()) for child in children)

    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert not any(child.is_running() for child in children)


def test_each_lab_has_a_token_of_its_own(tmp_path):
    first, second = (
        lab_server(tmp_path, None, default_workspace()),
        lab_server(tmp_path, None, default_workspace()),
    )

    assert first.page != second.page
    assert len(first.environment["JUPYTER_TOKEN"]) >= 40


def test_the_lab_asks_no_other_host_for_news():
    assert OPTIONS["LabApp.news_url"] is None
    assert OPTIONS["LabApp.check_for_updates_class"] == "jupyterlab.NeverCheckForUpdate"


def test_the_lab_does_not_ask_whether_it_may_fetch_news(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/of/somebody")

    ours, theirs = (
        lab_server(tmp_path, None, default_workspace())
        .environment["JUPYTER_CONFIG_PATH"]
        .split(os.pathsep)
    )

    config = json.loads((Path(ours) / "labconfig" / "page_config.json").read_text())
    assert config == {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    assert theirs == "/of/somebody"
