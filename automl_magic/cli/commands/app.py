"""automl app: open a dashboard in the browser."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.errors import RunError
from automl_magic.records import Run
from automl_magic.runs.artifacts import find_explanation_run
from automl_magic.workspace import Workspace

APPS = ("leaderboard", "explain", "live", "monitor", "mlflow")


@subcommand
@click.argument("name", type=click.Choice(APPS))
@click.argument("run", default="last", metavar="[RUN]")
@click.option("--port", type=click.IntRange(1, 65535), help="Port. Default: any free port.")
@click.option("--no-browser", is_flag=True, help="Print the address without opening a browser.")
def app(
    frontend: Frontend, /, name: str, run: str, port: int | None, no_browser: bool
) -> CommandResult:
    """Open a dashboard. Only this machine can reach it.

    `leaderboard` shows the trials of a run, and `explain` its explanation with a row to change. RUN
    is `last` by default: the newest successful search. `live` follows a search while it runs, by
    default the one that is running. `monitor` shows a deployment, and takes its name instead of
    RUN. `mlflow` opens the MLflow UI.
    """
    from automl_magic.cli.apps.live import live_server
    from automl_magic.cli.apps.mlflow import mlflow_server
    from automl_magic.cli.apps.monitor import monitor_server
    from automl_magic.cli.apps.voila import voila_server

    workspace = frontend.workspace
    if name == "mlflow":
        server = mlflow_server(port, workspace)
    elif name == "monitor":
        server = monitor_server(None if run == "last" else run, port, workspace)
    elif name == "live":
        run_id = None if run == "last" else flow.find_run(run, workspace=workspace).run_id
        server = live_server(run_id, port, workspace)
    else:
        run_record = flow.find_run(run, workspace=workspace)
        is_over = _is_over(name, run_record, workspace)
        server = voila_server(name, run_record.run_id, port, workspace=workspace, is_over=is_over)
    server.start()
    if not no_browser:
        frontend.open(server.url)
    return CommandResult(server, {"app": name, "url": server.url}, server.url, server=server)


def _is_over(name: str, run: Run, workspace: Workspace) -> bool:
    """Return whether the page of a run can't change any more."""
    if name != "explain":
        return run.status.is_end
    try:
        find_explanation_run(run.run_id, workspace)
    except RunError:
        return False
    return True
