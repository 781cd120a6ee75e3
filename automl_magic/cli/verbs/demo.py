"""automl demo: run the whole workflow on real data."""

from __future__ import annotations

from pathlib import Path

import click

from automl_magic.cli import demo as journeys
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.option(
    "-o",
    "--output",
    "folder",
    default="automl-demo",
    metavar="DIR",
    show_default=True,
    help="Output folder.",
)
def demo(frontend: Door, /, folder: str) -> Answer:
    """Run the whole workflow on two real tables from scikit-learn.

    The steps are plan, run, leaderboard, standalone notebook, register and predict. One table is a
    classification, the other a regression. The demo downloads nothing and takes a few minutes.
    """
    with frontend.watching() as on_event:
        result = journeys.demo(
            Path(folder), say=frontend.say, on_event=on_event, workspace=frontend.workspace
        )
    return Answer(result, result.to_json(), words.demo(result))
