"""The Voila apps: notebooks of ours in templates/apps, shown without their code."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.files.templates import templates
from automl_magic.workspace import Workspace

RUN_VARIABLE = "AUTOML_MAGIC_APP_RUN"
BEGIN_VARIABLE = "AUTOML_MAGIC_APP_BEGIN"
THEME = "automl-magic"

# The page is finished HTML: no script but ours is ever right, and no other host is ever asked.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

# A page with widgets runs JupyterLab's widget manager. That compiles its settings' schemas into
# functions (eval), imports a widget's module from memory (blob:) and talks to its kernel (ws:).
WIDGETS_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
WITH_WIDGETS = ("explain", "wizard")
# Of what is installed for JupyterLab, only what draws widgets.
EXTENSIONS = (
    "anywidget",
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
)

OPTIONS = {
    "Voila.ip": HOST,
    "Voila.open_browser": False,
    "Voila.port_retries": 0,
    # No configuration from the working directory: it would be run as Python.
    "Voila.config_file_paths": [],
    "VoilaConfiguration.allow_template_override": "NO",
    "VoilaConfiguration.allow_theme_override": "NO",
    "VoilaConfiguration.strip_sources": True,
    # Files beside the notebook would be served to anybody who asks.
    "VoilaConfiguration.file_allowlist": [],
    # The page holds no connection to its kernel, so each kernel is idle once the page is there.
    "MappingKernelManager.cull_idle_timeout": 30,
    "MappingKernelManager.cull_interval": 10,
    "VoilaExecutor.timeout": 120,
}


# The next page is ready before anybody asks for it: kernel started, run read, HTML written.
AHEAD = {"VoilaConfiguration.preheat_kernel": True, "VoilaConfiguration.default_pool_size": 1}


# A search goes on for a while after its page was closed.
LASTING = {"MappingKernelManager.cull_idle_timeout": 3600}


def wizard_server(
    folder: Path, port: int | None, data: str | None, target: str | None, *, workspace: Workspace
) -> AppServer:
    """Return the server of the wizard on a folder, for whoever knows the token in its address."""
    token = secrets.token_urlsafe(32)
    begin = {"data": data, "target": target, "folder": str(folder)}
    return dataclasses.replace(
        # With a token of its own, Voila takes none from its arguments, which others could read.
        _server("wizard", port, {**LASTING, "Voila.auto_token": True}, workspace),
        page=f"?token={token}",
        environment={**_paths(), "JUPYTER_TOKEN": token, BEGIN_VARIABLE: json.dumps(begin)},
    )


def voila_server(
    name: str, run_id: str, port: int | None, *, workspace: Workspace, is_over: bool = False
) -> AppServer:
    """Return the server of one app on one run.

    Of a run that `is_over`, pages are made ahead: nothing on them can change any more.
    """
    return dataclasses.replace(
        _server(name, port, AHEAD if is_over else {}, workspace),
        environment={**_paths(), RUN_VARIABLE: run_id},
    )


def _server(
    name: str, port: int | None, more: Mapping[str, object], workspace: Workspace
) -> AppServer:
    chosen = free_port(port)
    options = {**OPTIONS, **_of_app(name, chosen), **more}
    return AppServer(
        name=name,
        arguments=[
            sys.executable,
            "-m",
            "voila",
            str(templates() / "apps" / f"{name}.ipynb"),
            f"--port={chosen}",
            *(f"--{key}={value}" for key, value in options.items()),
        ],
        port=chosen,
        probe=f"/voila/templates/{THEME}/static/app.js",
        workspace=workspace,
    )


def _paths() -> dict[str, str]:
    paths = [str(templates()), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return {"JUPYTER_PATH": os.pathsep.join(paths)}


def _of_app(name: str, port: int) -> dict[str, object]:
    """Return what differs between finished pages and those with widgets."""
    has_widgets = name in WITH_WIDGETS
    policy = (
        WIDGETS_POLICY.format(host=f"{HOST}:{port}") if has_widgets else CONTENT_SECURITY_POLICY
    )
    options: dict[str, object] = {
        # A foreign host name that points here (DNS rebinding) is turned away.
        "Voila.tornado_settings": {
            "allow_remote_access": False,
            "headers": {"Content-Security-Policy": policy},
        },
        "VoilaConfiguration.template": f"{THEME}-widgets" if has_widgets else THEME,
    }
    if has_widgets:
        options["VoilaConfiguration.extension_allowlist"] = list(EXTENSIONS)
    return options
