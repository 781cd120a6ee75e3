"""automl lab: JupyterLab with everything in it."""

from __future__ import annotations

from pathlib import Path

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.option("--port", type=click.IntRange(1, 65535), help="Default: a free one.")
@click.option("--no-browser", is_flag=True, help="Print the address, open nothing.")
def lab(door: Door, /, port: int | None, no_browser: bool) -> Answer:
    """Start JupyterLab on this folder, with the wizard, the runs and the models in it.

    It answers on this machine only, and to whoever has the address with its token. Ctrl-C ends it
    and its kernels.
    """
    from automl_magic.cli.apps.lab import extension_is_built, lab_server

    if not extension_is_built():
        door.say("The lab extension is not built in this checkout; build it with: make extension")
    server = lab_server(Path.cwd(), port, door.workspace)
    server.start()
    if not no_browser:
        door.open(server.url)
    return Answer(server, {"app": "lab", "url": server.url}, server.url, server=server)
