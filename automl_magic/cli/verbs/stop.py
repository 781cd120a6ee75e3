"""automl stop: end a run that goes on in another process."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.look.text import safe


@verb
@click.argument("run", metavar="RUN")
@click.option("--cancel", is_flag=True, help="End it at once, whatever it has found.")
def stop(door: Door, /, run: str, cancel: bool) -> Answer:
    """Ask a run that goes on, in whatever process, to come to its end.

    A search keeps the best that it has found, and succeeds; any other notebook is cancelled.
    """
    asked = flow.stop(run, cancel=cancel, workspace=door.workspace)
    wish = "cancelled" if cancel else "asked to keep its best and end"
    return Answer(
        asked,
        {"run_id": asked.run_id, "cancel": cancel},
        f"Run {safe(asked.run_id)} is {wish}. See what became of it: automl runs",
    )
