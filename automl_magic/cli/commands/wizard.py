"""automl wizard: find a model step by step, without writing code."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend


@subcommand
@click.argument("data", required=False)
@click.option("-t", "--target", metavar="COLUMN", help="Column to predict.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port. Default: any free port.")
@click.option("--no-browser", is_flag=True, help="Print the address without opening a browser.")
def wizard(
    frontend: Frontend, /, data: str | None, target: str | None, port: int | None, no_browser: bool
) -> CommandResult:
    """Find a model step by step, without writing code.

    In a notebook the wizard appears below the cell. From a terminal it opens in the browser. DATA
    is the table to start with. By default, the wizard continues the last session in this folder.
    Only this machine can reach the page, with the token in its address.
    """
    return frontend.wizard(data, target, port=port, no_browser=no_browser)
