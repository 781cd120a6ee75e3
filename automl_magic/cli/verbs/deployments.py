"""automl deployments: list deployments and the versions they serve."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import deployments as formatters
from automl_magic.flow import serving


@verb
@click.option("--remove", metavar="NAME", help="Deployment to delete. Stop its server first.")
def deployments(frontend: Door, /, remove: str | None) -> Answer:
    """List the deployments with their models, routes and live workers."""
    if remove is not None:
        serving.remove(remove, workspace=frontend.workspace)
        return Answer(remove, {"removed": remove}, formatters.removed(remove))
    statuses = serving.deployments(workspace=frontend.workspace)
    return Answer(
        statuses, [status.to_json() for status in statuses], formatters.deployments(statuses)
    )
