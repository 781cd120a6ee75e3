"""automl wizard: the way in for people who write no code."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.argument("data", required=False)
@click.option("-t", "--target", metavar="COLUMN", help="The column to predict.")
def wizard(door: Door, /, data: str | None, target: str | None) -> Answer:
    """Find a model step by step, without writing code.

    In a notebook the wizard appears under the cell; from a terminal it opens in the browser. DATA
    is the table to begin with; by default it begins where the last one of this folder was left.
    """
    return door.wizard(data, target)
