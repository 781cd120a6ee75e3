"""automl approve: approve a model version for serving."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import governance as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.flow import governance


@subcommand
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
def approve(frontend: Frontend, /, name: str, version: int) -> CommandResult:
    """Approve VERSION of the model NAME for serving, by signing its files.

    Before signing, every file is compared with the registered one. Servers load only approved
    versions.
    """
    approval = governance.approve(name, version, workspace=frontend.workspace)
    return CommandResult(approval, approval.to_json(), formatters.format_approval(approval))
