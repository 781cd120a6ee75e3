"""JupyterLab with our kernel, extension and server extension."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.files.templates import templates_folder
from automl_magic.workspace import Workspace

EXTENSION = Path("labextensions") / "@automl-magic" / "lab" / "package.json"

OPTIONS = {
    "ServerApp.ip": HOST,
    "ServerApp.open_browser": False,
    "ServerApp.port_retries": 0,
    "ServerApp.jpserver_extensions": {"automl_magic_lab": True},
    # A handler without authentication refuses requests.
    "ServerApp.allow_unauthenticated_access": False,
    # Don't contact other servers for news or updates.
    "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    "LabApp.news_url": None,
}


def lab_server(folder: Path, port: int | None, workspace: Workspace) -> AppServer:
    """Return the server of JupyterLab in a folder, with a token in its address."""
    free, token = free_port(port), secrets.token_urlsafe(32)
    options = [f"--{key}={value}" for key, value in OPTIONS.items()]
    if os.geteuid() == 0:
        # In a container, root is often the only user.
        options.append("--ServerApp.allow_root=True")
    return AppServer(
        name="lab",
        arguments=[
            *(sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"),
            *(f"--ServerApp.port={free}", *options),
        ],
        port=free,
        probe="/api",
        workspace=workspace,
        environment={
            # Not in the arguments, which every user of the machine can read.
            "JUPYTER_TOKEN": token,
            # Without this, JupyterLab asks whether to fetch news although news are disabled.
            "JUPYTER_CONFIG_PATH": os.pathsep.join(_config_paths()),
        },
        page=f"lab?token={token}",
    )


def _config_paths() -> list[str]:
    inherited = os.environ.get("JUPYTER_CONFIG_PATH")
    return [str(templates_folder() / "lab"), *([inherited] if inherited else [])]


def extension_is_built() -> bool:
    """Return whether JupyterLab finds the frontend extension."""
    from jupyter_core.paths import jupyter_path

    return any((Path(folder) / EXTENSION).exists() for folder in jupyter_path())
