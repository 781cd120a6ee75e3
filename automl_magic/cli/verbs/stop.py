"""automl stop: stop a run in another process."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.look.text import safe


@verb
@click.argument("run", metavar="RUN")
@click.option("--cancel", is_flag=True, help="Cancel at once, without keeping the best model.")
def stop(frontend: Door, /, run: str, cancel: bool) -> Answer:
    """Ask a running run, in any process, to stop.

    A search keeps the best model so far and succeeds. A search without a model, and any other
    notebook, is cancelled.
    """
    stopped_run = flow.stop(run, cancel=cancel, workspace=frontend.workspace)
    action = "Cancelling" if cancel else "Stopping"
    return Answer(
        stopped_run,
        {"run_id": stopped_run.run_id, "cancel": cancel},
        f"{action} run {safe(stopped_run.run_id)}. See its status: automl runs",
    )
