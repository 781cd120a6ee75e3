"""JupyterLab with our kernel, our extension and its server side in it."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.files.templates import templates
from automl_magic.workspace import Workspace

EXTENSION = Path("labextensions") / "@automl-magic" / "lab" / "package.json"

OPTIONS = {
    "ServerApp.ip": HOST,
    "ServerApp.open_browser": False,
    "ServerApp.port_retries": 0,
    "ServerApp.jpserver_extensions": {"automl_magic_lab": True},
    # A route that forgot to ask who is there answers nobody.
    "ServerApp.allow_unauthenticated_access": False,
    # No other host is asked: no news, no look for a newer version.
    "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    "LabApp.news_url": None,
}


def lab_server(folder: Path, port: int | None, workspace: Workspace) -> AppServer:
    """Return JupyterLab on a folder, for whoever knows the token in its address."""
    chosen, token = free_port(port), secrets.token_urlsafe(32)
    options = [f"--{key}={value}" for key, value in OPTIONS.items()]
    if os.geteuid() == 0:
        # In a container root is often the only user there is.
        options.append("--ServerApp.allow_root=True")
    return AppServer(
        name="lab",
        arguments=[
            *(sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"),
            *(f"--ServerApp.port={chosen}", *options),
        ],
        port=chosen,
        probe="/api",
        workspace=workspace,
        environment={
            # Not among the arguments, which every user of the machine may read.
            "JUPYTER_TOKEN": token,
            # The lab asks whether it may fetch news even where it was told of no news.
            "JUPYTER_CONFIG_PATH": os.pathsep.join(_config_paths()),
        },
        page=f"lab?token={token}",
    )


def _config_paths() -> list[str]:
    given = os.environ.get("JUPYTER_CONFIG_PATH")
    return [str(templates() / "lab"), *([given] if given else [])]


def extension_is_built() -> bool:
    """Say whether JupyterLab finds the part of the extension that runs in the browser."""
    from jupyter_core.paths import jupyter_path

    return any((Path(folder) / EXTENSION).exists() for folder in jupyter_path())
