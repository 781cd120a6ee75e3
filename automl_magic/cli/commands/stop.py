"""automl stop: stop a run in another process."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.display.text import printable


@subcommand
@click.argument("run", metavar="RUN")
@click.option("--cancel", is_flag=True, help="Cancel at once, without keeping the best model.")
def stop(frontend: Frontend, /, run: str, cancel: bool) -> CommandResult:
    """Ask a running run, in any process, to stop.

    A search keeps the best model so far and succeeds. A search without a model, and any other
    notebook, is cancelled.
    """
    stopped_run = flow.stop(run, cancel=cancel, workspace=frontend.workspace)
    action = "Cancelling" if cancel else "Stopping"
    return CommandResult(
        stopped_run,
        {"run_id": stopped_run.run_id, "cancel": cancel},
        f"{action} run {printable(stopped_run.run_id)}. See its status: automl runs",
    )
