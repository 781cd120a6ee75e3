"""automl revoke: revoke an approval."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import governance as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.flow import governance


@subcommand
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--reason", required=True, metavar="TEXT", help="Reason, for the audit log.")
def revoke(frontend: Frontend, /, name: str, version: int, reason: str) -> CommandResult:
    """Revoke the approval of VERSION of the model NAME, so that no server loads it.

    Deployments that serve it switch to the previous approved version at once.
    """
    changed = governance.revoke(name, version, reason, workspace=frontend.workspace)
    document = {"revoked": version, **changed.to_json()}
    return CommandResult(changed, document, formatters.format_revocation(changed, version))
