"""automl approve: approve a model version for serving."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import governance as formatters
from automl_magic.flow import governance


@verb
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
def approve(frontend: Door, /, name: str, version: int) -> Answer:
    """Approve VERSION of the model NAME for serving, by signing its files.

    Before signing, every file is compared with the registered one. Servers load only approved
    versions.
    """
    approval = governance.approve(name, version, workspace=frontend.workspace)
    return Answer(approval, approval.to_json(), formatters.approved(approval))
