"""automl app: a dashboard in the browser."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.errors import RunError
from automl_magic.records import Run
from automl_magic.runs.artifacts import explanation_of
from automl_magic.workspace import Workspace

APPS = ("leaderboard", "explain", "live", "monitor", "mlflow")


@verb
@click.argument("name", type=click.Choice(APPS))
@click.argument("run", default="last", metavar="[RUN]")
@click.option("--port", type=click.IntRange(1, 65535), help="Default: a free one.")
@click.option("--no-browser", is_flag=True, help="Print the address, open nothing.")
def app(door: Door, /, name: str, run: str, port: int | None, no_browser: bool) -> Answer:
    """Open a dashboard, on this machine only; its address is printed when it answers.

    `leaderboard` shows a run (the newest, if RUN is left out), `explain` its explanation, with a
    row to change; `live` follows a search while it runs (whichever runs, if RUN is left out);
    `monitor` shows a deployment while it serves, and takes its name in the place of RUN; `mlflow`
    shows MLflow's own pages.
    """
    from automl_magic.cli.apps.live import live_server
    from automl_magic.cli.apps.mlflow import mlflow_server
    from automl_magic.cli.apps.monitor import monitor_server
    from automl_magic.cli.apps.voila import voila_server

    here = door.workspace
    if name == "mlflow":
        server = mlflow_server(port, here)
    elif name == "monitor":
        server = monitor_server(None if run == "last" else run, port, here)
    elif name == "live":
        followed = None if run == "last" else flow.find_run(run, workspace=here).run_id
        server = live_server(followed, port, here)
    else:
        found = flow.find_run(run, workspace=here)
        is_over = _is_over(name, found, here)
        server = voila_server(name, found.run_id, port, workspace=here, is_over=is_over)
    server.start()
    if not no_browser:
        door.open(server.url)
    return Answer(server, {"app": name, "url": server.url}, server.url, server=server)


def _is_over(name: str, run: Run, workspace: Workspace) -> bool:
    """Say whether nothing on the page of a run can change any more."""
    if name != "explain":
        return run.status.is_end
    try:
        explanation_of(run.run_id, workspace)
    except RunError:
        return False
    return True
