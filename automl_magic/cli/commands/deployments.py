"""automl deployments: list deployments and the versions they serve."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import deployments as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.flow import serving


@subcommand
@click.option("--remove", metavar="NAME", help="Deployment to delete. Stop its server first.")
def deployments(frontend: Frontend, /, remove: str | None) -> CommandResult:
    """List the deployments with their models, routes and live workers."""
    if remove is not None:
        serving.remove(remove, workspace=frontend.workspace)
        return CommandResult(remove, {"removed": remove}, formatters.format_removal(remove))
    statuses = serving.deployments(workspace=frontend.workspace)
    return CommandResult(
        statuses, [status.to_json() for status in statuses], formatters.format_deployments(statuses)
    )
