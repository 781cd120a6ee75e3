"""automl rollback: restore the previous champion."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import governance as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.flow import governance


@subcommand
@click.argument("name")
@click.option("--reason", default="", metavar="TEXT", help="Reason, for the audit log.")
def rollback(frontend: Frontend, /, name: str, reason: str) -> CommandResult:
    """Make the previous version of model NAME the champion again.

    Deployments that follow the champion switch to it at once, and their canaries stop. To stop a
    canary and keep the champion, use `automl route DEPLOYMENT --stop`.
    """
    changed = governance.roll_back(name, reason, workspace=frontend.workspace)
    return CommandResult(changed, changed.to_json(), formatters.format_rollback(changed))
