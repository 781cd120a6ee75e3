"""automl runs: list recent runs."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    help="Maximum number of runs.",
)
def runs(frontend: Door, /, limit: int) -> Answer:
    """List recent runs with their status, newest first."""
    newest = flow.runs(limit, workspace=frontend.workspace)
    return Answer(newest, [run.to_json() for run in newest], words.runs(newest))
