"""automl diff: show what changed between two runs."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend


@subcommand
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
def diff(frontend: Frontend, /, before: str, after: str) -> CommandResult:
    """Show what changed between two runs: first in words, then as a diff of the code."""
    difference = flow.diff(before, after, workspace=frontend.workspace)
    return CommandResult(difference, difference.to_json(), formatters.format_diff(difference))
