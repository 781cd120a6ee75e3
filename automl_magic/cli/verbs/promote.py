"""automl promote: give a model version an alias."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import governance as formatters
from automl_magic.flow import governance


@verb
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@click.argument("alias")
@click.option("--reason", default="", metavar="TEXT", help="Reason, for the audit log.")
def promote(
    frontend: Door,
    /,
    name: str,
    version: int,
    alias: str,
    reason: str,
) -> Answer:
    """Point ALIAS to VERSION of the model NAME.

    The aliases are candidate, challenger, champion, shadow and rollback. Deployments that follow
    the champion serve a new one at once. The previous champion gets the alias rollback. Making an
    unapproved version the champion also approves the version, if the policy allows it.
    """
    changed = governance.promote(name, version, alias, reason, workspace=frontend.workspace)
    return Answer(changed, changed.to_json(), formatters.promoted(changed, version, alias))
