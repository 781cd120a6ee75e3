"""automl runs: the newest runs."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1))
def runs(door: Door, /, limit: int) -> Answer:
    """List the newest runs, and how each ended."""
    newest = flow.runs(limit, workspace=door.workspace)
    return Answer(newest, [run.to_json() for run in newest], words.runs(newest))
