"""automl demo: run the whole workflow on real data."""

from __future__ import annotations

from pathlib import Path

import click

from automl_magic.cli import demo as journeys
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend


@subcommand
@click.option(
    "-o",
    "--output",
    "folder",
    default="automl-demo",
    metavar="DIR",
    show_default=True,
    help="Output folder.",
)
def demo(frontend: Frontend, /, folder: str) -> CommandResult:
    """Run the whole workflow on two real tables from scikit-learn.

    The steps are plan, run, leaderboard, standalone notebook, register and predict. One table is a
    classification, the other a regression. The demo downloads nothing and takes a few minutes.
    """
    with frontend.show_progress() as on_event:
        result = journeys.demo(
            Path(folder), say=frontend.notify, on_event=on_event, workspace=frontend.workspace
        )
    return CommandResult(result, result.to_json(), formatters.format_demo(result))
