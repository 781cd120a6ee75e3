"""automl runs: list recent runs."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend


@subcommand
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    help="Maximum number of runs.",
)
def runs(frontend: Frontend, /, limit: int) -> CommandResult:
    """List recent runs with their status, newest first."""
    newest = flow.runs(limit, workspace=frontend.workspace)
    return CommandResult(newest, [run.to_json() for run in newest], formatters.format_runs(newest))
