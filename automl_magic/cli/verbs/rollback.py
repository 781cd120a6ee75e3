"""automl rollback: restore the previous champion."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import governance as formatters
from automl_magic.flow import governance


@verb
@click.argument("name")
@click.option("--reason", default="", metavar="TEXT", help="Reason, for the audit log.")
def rollback(frontend: Door, /, name: str, reason: str) -> Answer:
    """Make the previous version of model NAME the champion again.

    Deployments that follow the champion switch to it at once, and their canaries stop. To stop a
    canary and keep the champion, use `automl route DEPLOYMENT --stop`.
    """
    changed = governance.roll_back(name, reason, workspace=frontend.workspace)
    return Answer(changed, changed.to_json(), formatters.rolled_back(changed))
