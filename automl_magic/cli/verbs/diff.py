"""automl diff: what changed between two runs."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
def diff(door: Door, /, before: str, after: str) -> Answer:
    """Say what changed between two runs: in words, then the code."""
    difference = flow.diff(before, after, workspace=door.workspace)
    return Answer(difference, difference.to_json(), words.difference(difference))
