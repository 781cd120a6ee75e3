"""The Voila apps: the notebooks in templates/apps, shown without their code."""

from __future__ import annotations

import dataclasses
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from automl_magic.cli.apps.server import HOST, AppServer, free_port
from automl_magic.display.translation import _
from automl_magic.files.templates import templates_folder
from automl_magic.records.codec import json_text
from automl_magic.workspace import Workspace

RUN_VARIABLE = "AUTOML_MAGIC_APP_RUN"
BEGIN_VARIABLE = "AUTOML_MAGIC_APP_BEGIN"
THEME = "automl-magic"

# The page is static HTML: only our own scripts may run, and it loads nothing from other servers.
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
WIDGET_APPS = ("explain", "wizard")
# Load only the installed JupyterLab extensions that draw widgets.
EXTENSIONS = (
    "anywidget",
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
)

OPTIONS = {
    "Voila.ip": HOST,
    "Voila.open_browser": False,
    "Voila.port_retries": 0,
    # No configuration from the working directory: it would be executed as Python.
    "Voila.config_file_paths": [],
    "VoilaConfiguration.allow_template_override": "NO",
    "VoilaConfiguration.allow_theme_override": "NO",
    "VoilaConfiguration.strip_sources": True,
    # Don't serve the files next to the notebook.
    "VoilaConfiguration.file_allowlist": [],
    # The page has no connection to its kernel, so a kernel is idle once its page is rendered.
    "MappingKernelManager.cull_idle_timeout": 30,
    "MappingKernelManager.cull_interval": 10,
    "VoilaExecutor.timeout": 120,
}


# Render the next page before it's requested: start the kernel, read the run, write the HTML.
PREHEAT_OPTIONS = {
    "VoilaConfiguration.preheat_kernel": True,
    "VoilaConfiguration.default_pool_size": 1,
}


# Keep a search running for a while after its page is closed.
LONG_LIVED_OPTIONS = {"MappingKernelManager.cull_idle_timeout": 3600}


def wizard_server(
    folder: Path, port: int | None, data: str | None, target: str | None, *, workspace: Workspace
) -> AppServer:
    """Return the server of the wizard in a folder, with a token in its address."""
    token = secrets.token_urlsafe(32)
    begin = {"data": data, "target": target, "folder": str(folder)}
    return dataclasses.replace(
        # The token is passed in the environment, because other users can read the arguments.
        _server("wizard", port, {**LONG_LIVED_OPTIONS, "Voila.auto_token": True}, workspace),
        page=f"?token={token}",
        environment={**_paths(), "JUPYTER_TOKEN": token, BEGIN_VARIABLE: json_text(begin)},
    )


def voila_server(
    name: str, run_id: str, port: int | None, *, workspace: Workspace, is_over: bool = False
) -> AppServer:
    """Return the server of an app for a run.

    If the run `is_over`, pages are rendered in advance, because they can't change any more.
    """
    return dataclasses.replace(
        _server(name, port, PREHEAT_OPTIONS if is_over else {}, workspace),
        environment={**_paths(), RUN_VARIABLE: run_id},
    )


def _server(
    name: str, port: int | None, extra_options: Mapping[str, object], workspace: Workspace
) -> AppServer:
    free = free_port(port)
    options = {
        **OPTIONS,
        "VoilaConfiguration.resources": {"texts": page_texts()},
        **_app_options(name, free),
        **extra_options,
    }
    return AppServer(
        name=name,
        arguments=[
            sys.executable,
            "-m",
            "voila",
            str(templates_folder() / "apps" / f"{name}.ipynb"),
            f"--port={free}",
            *(f"--{key}={value}" for key, value in options.items()),
        ],
        port=free,
        probe=f"/voila/templates/{THEME}/static/app.js",
        workspace=workspace,
    )


def page_texts() -> dict[str, str]:
    """Return the texts of the page around the notebook's outputs, in the reader's language."""
    return {
        "skip": _("Skip to content"),
        "loading": _("Loading …"),
        "failed": _("This page couldn't be created"),
        "see_terminal": _("For the reason, see the terminal that started the app."),
        "read_only": _(
            "Made by automl-magic. This page is read-only and connects to no other machine."
        ),
        "wizard": _("Made by automl-magic. Your data stays on this machine."),
    }


def _paths() -> dict[str, str]:
    paths = [str(templates_folder()), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return {"JUPYTER_PATH": os.pathsep.join(paths)}


def _app_options(name: str, port: int) -> dict[str, object]:
    """Return the options that differ between static pages and pages with widgets."""
    has_widgets = name in WIDGET_APPS
    policy = (
        WIDGETS_POLICY.format(host=f"{HOST}:{port}") if has_widgets else CONTENT_SECURITY_POLICY
    )
    options: dict[str, object] = {
        # Refuse foreign host names that resolve to this machine (DNS rebinding).
        "Voila.tornado_settings": {
            "allow_remote_access": False,
            "headers": {"Content-Security-Policy": policy},
        },
        "VoilaConfiguration.template": f"{THEME}-widgets" if has_widgets else THEME,
    }
    if has_widgets:
        options["VoilaConfiguration.extension_allowlist"] = list(EXTENSIONS)
    return options
