"""automl diff: show what changed between two runs."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
def diff(frontend: Door, /, before: str, after: str) -> Answer:
    """Show what changed between two runs: first in words, then as a diff of the code."""
    difference = flow.diff(before, after, workspace=frontend.workspace)
    return Answer(difference, difference.to_json(), words.difference(difference))
