"""automl approve: let a version serve."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import governance as words
from automl_magic.flow import governance


@verb
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
def approve(door: Door, /, name: str, version: int) -> Answer:
    """Sign that VERSION of the model NAME may serve: these very bytes, and no others.

    Every file is compared with what was registered before the signature is made. Only a version
    that was approved is ever loaded by a server.
    """
    approval = governance.approve(name, version, workspace=door.workspace)
    return Answer(approval, approval.to_json(), words.approved(approval))
