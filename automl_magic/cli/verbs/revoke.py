"""automl revoke: revoke an approval."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import governance as formatters
from automl_magic.flow import governance


@verb
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--reason", required=True, metavar="TEXT", help="Reason, for the audit log.")
def revoke(frontend: Door, /, name: str, version: int, reason: str) -> Answer:
    """Revoke the approval of VERSION of the model NAME, so that no server loads it.

    Deployments that serve it switch to the previous approved version at once.
    """
    changed = governance.revoke(name, version, reason, workspace=frontend.workspace)
    document = {"revoked": version, **changed.to_json()}
    return Answer(changed, document, formatters.revoked(changed, version))
