"""A real Jupyter server with the server extension, and a home with finished runs."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BUILT = ROOT / "extension" / "automl_magic_lab" / "labextension"
TOKEN = "t0ken-of-the-tests"

_spec = importlib.util.spec_from_file_location(
    "apps_conftest", HERE.parent / "apps" / "conftest.py"
)
apps = importlib.util.module_from_spec(_spec)
sys.modules["apps_conftest"] = apps
_spec.loader.exec_module(apps)


@dataclass
class Response:
    """A response of the server."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Server:
    """A Jupyter server of the tests."""

    url: str
    root: Path
    home: Path
    runs: dict[str, Any] = field(default_factory=dict)

    def request(self, path, method="GET", body=None, token=TOKEN, **headers) -> Response:
        """Send a request to a route. Underscores in header names become hyphens."""
        data = (
            None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        )
        request = urllib.request.Request(
            f"{self.url}automl-magic/api/{path}", data=data, method=method
        )
        if token:
            request.add_header("Authorization", f"token {token}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                return Response(response.status, dict(response.headers), response.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Response(error.code, dict(error.headers), error.read().decode())

    def get(self, path, **headers):
        return self.request(path, **headers)

    def post(self, path, body=None, **headers):
        return self.request(path, "POST", {} if body is None else body, **headers)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serving(module: str, folder: Path, home: Path, *options: str, base: str = ""):
    """Start `python -m module` as a Jupyter server, below `base`, and yield it when it responds."""
    root, port = folder / "root", free_port()
    root.mkdir(parents=True)
    environment = {
        **os.environ,
        "AUTOML_MAGIC_HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", module, "--no-browser", "--allow-root"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
            *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}"),
            f"--ServerApp.base_url=/{base}",
            *(f"--IdentityProvider.token={TOKEN}", *options),
        ],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=root,
    )
    server = Server(f"http://127.0.0.1:{port}/{base}", root, home)
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                if server.get("schema").status == 200:
                    break
            except OSError:
                pass
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text()[-3000:])
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()
        shutil.rmtree(folder / "runtime", ignore_errors=True)


def make_runs(home: Path) -> dict[str, Any]:
    """Create finished runs in a home, and a running one supervised by this process."""
    from automl_magic.execute import RunStore
    from automl_magic.records import RunStatus

    home.mkdir(parents=True, exist_ok=True)
    store = RunStore(home / "runs.sqlite")
    first = apps.finish(store)
    second = apps.finish(store, {**apps.SCORES, "lightgbm": (0.9741, 0.96, 0.985)})
    going = store.create(kind="search", notebook="/somewhere/automl-churn/search.ipynb")
    folder = Path(going.folder)
    folder.mkdir(parents=True)
    events = [
        {"t": 1.0, "event": "run", "run_id": going.run_id, "state": "running"},
        {"t": 2.0, "event": "cell", "cell_id": "search", "index": 5, "of": 28, "state": "started"},
        {"t": 2.5, "event": "search", "budget_s": 60.0, "metric": "roc_auc"},
        {"t": 3.0, "event": "trial", "candidate": "linear", "best": 0.91, "left_s": 48.0},
    ]
    text = "".join(json.dumps(event) + "\n" for event in events)
    (folder / "events.jsonl").write_text(text + '{"half": ', "utf-8")
    for status in (RunStatus.STAGING, RunStatus.RUNNING):
        going = store.advance(going.run_id, going.token, status)
    return {"first": first.run, "second": second.run, "going": going, "store": store}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A bare Jupyter server with all routes, and one without a permission."""
    folder = tmp_path_factory.mktemp("server")
    other_extensions = (
        "jupyterlab",
        "notebook",
        "notebook_shim",
        "voila",
        "panel.io.jupyter_server_extension",
        "jupyter_lsp",
        "jupyter_server_terminals",
    )
    extensions = {
        **dict.fromkeys(other_extensions, False),
        "automl_magic_lab": True,
        "no_permission": True,
    }
    runs = make_runs(folder / "home")
    options = (
        f"--ServerApp.jpserver_extensions={extensions}",
        "--ServerApp.allow_unauthenticated_access=False",
        "--ServerApp.authorizer_class=no_permission.HeaderAuthorizer",
    )
    for server in serving("jupyter_server", folder, folder / "home", *options):
        server.runs = runs
        yield server


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab and Notebook 7 with the built extension."""
    if not (BUILT / "package.json").exists():
        pytest.skip("The lab extension isn't built. Run: make extension")
    folder = tmp_path_factory.mktemp("lab")
    labextensions = folder / "data" / "labextensions" / "@automl-magic"
    labextensions.mkdir(parents=True)
    (labextensions / "lab").symlink_to(BUILT, target_is_directory=True)
    shutil.copytree(ROOT / "kernels" / "automl-magic", folder / "data" / "kernels" / "automl-magic")
    runs = make_runs(folder / "home")
    options = (
        "--ServerApp.jpserver_extensions={'automl_magic_lab': True}",
        "--ServerApp.allow_unauthenticated_access=False",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
    )
    # As on a hub, where each server has its own base path.
    for server in serving("jupyterlab", folder, folder / "home", *options, base="user/ada/"):
        server.runs = runs
        yield server


@pytest.fixture
def visit(lab, browser):
    """Open a page of the lab. `visit.hosts` collects the hosts of all requests."""
    context = browser.new_context(viewport={"width": 1380, "height": 900})
    context.set_default_timeout(20_000)
    hosts: set[str | None] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))

    def open_page(path: str, ready: str):
        page = context.new_page()
        page.goto(f"{lab.url}{path}{'&' if '?' in path else '?'}token={TOKEN}")
        page.locator(ready).first.wait_for(timeout=60_000)
        return page

    open_page.context, open_page.hosts = context, hosts
    yield open_page
    context.close()


@pytest.fixture
def placed(lab):
    """Path of an executed notebook in the lab's files."""
    run_id = lab.runs["second"].run_id
    path = lab.post(f"runs/{run_id}/notebook", {"which": "executed"}).json["path"]
    file = lab.root / path
    document = json.loads(file.read_text())
    # Without a kernel name, the lab asks for a kernel.
    document["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    file.write_text(json.dumps(document))
    return path


@pytest.fixture
def theme(lab):
    """Set the theme for pages that are opened next."""
    folder = lab.root.parent / "config" / "lab" / "user-settings" / "@jupyterlab"
    path = folder / "apputils-extension" / "themes.jupyterlab-settings"

    def choose(name: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"theme": name}))

    yield choose
    path.unlink(missing_ok=True)
