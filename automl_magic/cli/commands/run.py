"""automl run: run a plan or a notebook."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.types import Assignment
from automl_magic.records.codec import Json


@subcommand
@click.argument("path")
@click.option(
    "--on", default="local", metavar="PLACE", show_default=True, help="Place to run. Only local."
)
@click.option(
    "-p",
    "--parameter",
    "parameters",
    multiple=True,
    type=Assignment(),
    help="Notebook parameter and its value. Repeatable.",
)
def run(
    frontend: Frontend, /, path: str, on: str, parameters: tuple[tuple[str, Json], ...]
) -> CommandResult:
    """Run the current version of a plan or notebook.

    PATH is the folder of a plan, its *.automl.yaml file, or any notebook.
    """
    with frontend.show_progress() as on_event:
        outcome = flow.run(
            path,
            parameters=dict(parameters),
            on=on,
            on_event=on_event,
            workspace=frontend.workspace,
        )
    return formatters.run_result(outcome)
