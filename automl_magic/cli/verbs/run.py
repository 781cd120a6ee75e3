"""automl run: run a plan or a notebook under the supervisor."""

from __future__ import annotations

from typing import Any

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.types import Assignment


@verb
@click.argument("path")
@click.option("--on", default="local", metavar="PLACE", show_default=True, help="Where to run.")
@click.option(
    "-p",
    "--parameter",
    "parameters",
    multiple=True,
    type=Assignment(),
    help="A value for a parameter of the notebook. Repeatable.",
)
def run(door: Door, /, path: str, on: str, parameters: tuple[tuple[str, Any], ...]) -> Answer:
    """Run a plan or a notebook, as it was last edited.

    PATH is the folder of a plan, its *.automl.yaml file, or any notebook.
    """
    with door.watching() as on_event:
        outcome = flow.run(
            path, parameters=dict(parameters), on=on, on_event=on_event, workspace=door.workspace
        )
    return words.answer_of(outcome)
