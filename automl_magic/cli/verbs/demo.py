"""automl demo: the whole journey on real data."""

from __future__ import annotations

from pathlib import Path

import click

from automl_magic.cli import demo as journeys
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.option("-o", "--output", "folder", default="automl-demo", metavar="DIR", show_default=True)
def demo(door: Door, /, folder: str) -> Answer:
    """Make the whole journey on two real tables that come with scikit-learn.

    Plan, run, leaderboard, standalone notebook, register, predict: once for classes and once for
    numbers. Nothing is downloaded. Takes a few minutes.
    """
    with door.watching() as on_event:
        made = journeys.demo(
            Path(folder), say=door.say, on_event=on_event, workspace=door.workspace
        )
    return Answer(made, made.to_json(), words.demo(made))
