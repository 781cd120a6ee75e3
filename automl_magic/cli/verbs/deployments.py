"""automl deployments: what serves, and what answers there."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import deployments as words
from automl_magic.flow import serving


@verb
@click.option("--remove", metavar="NAME", help="Take a deployment away that nobody serves.")
def deployments(door: Door, /, remove: str | None) -> Answer:
    """List the deployments: their models, the versions that answer, and the live workers."""
    if remove is not None:
        serving.remove(remove, workspace=door.workspace)
        return Answer(remove, {"removed": remove}, words.removed(remove))
    found = serving.deployments(workspace=door.workspace)
    return Answer(found, [one.to_json() for one in found], words.deployments(found))
