"""automl wizard: the way in for people who write no code."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
@click.argument("data", required=False)
@click.option("-t", "--target", metavar="COLUMN", help="The column to predict.")
@click.option("--port", type=click.IntRange(1, 65535), help="Default: a free one.")
@click.option("--no-browser", is_flag=True, help="Print the address, open nothing.")
def wizard(
    door: Door, /, data: str | None, target: str | None, port: int | None, no_browser: bool
) -> Answer:
    """Find a model step by step, without writing code.

    In a notebook the wizard appears under the cell; from a terminal it opens in the browser. DATA
    is the table to begin with; by default it begins where the last one of this folder was left.
    The page in the browser answers on this machine only, and to whoever has its address.
    """
    return door.wizard(data, target, port=port, no_browser=no_browser)
