"""automl lab: start JupyterLab with automl-magic."""

from __future__ import annotations

from pathlib import Path

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend


@subcommand
@click.option("--port", type=click.IntRange(1, 65535), help="Port. Default: any free port.")
@click.option("--no-browser", is_flag=True, help="Print the address without opening a browser.")
def lab(frontend: Frontend, /, port: int | None, no_browser: bool) -> CommandResult:
    """Start JupyterLab in this folder, with the wizard, runs and models.

    Only this machine can reach it, with the token in the address. Press Ctrl-C to stop it and its
    kernels.
    """
    from automl_magic.cli.apps.lab import extension_is_built, lab_server

    if not extension_is_built():
        frontend.notify(
            "The JupyterLab extension isn't built in this checkout. Build it: make extension"
        )
    server = lab_server(Path.cwd(), port, frontend.workspace)
    server.start()
    if not no_browser:
        frontend.open(server.url)
    return CommandResult(server, {"app": "lab", "url": server.url}, server.url, server=server)
