"""automl promote: give a version of a model an alias."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import governance as words
from automl_magic.flow import governance


@verb
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@click.argument("alias")
@click.option("--reason", default="", metavar="TEXT", help="Why; the audit log keeps it.")
def promote(
    door: Door,
    /,
    name: str,
    version: int,
    alias: str,
    reason: str,
) -> Answer:
    """Make ALIAS mean this VERSION of the model NAME.

    The aliases are candidate, challenger, champion, shadow and rollback. A new champion serves at
    once wherever the champion is followed; the one that gives way keeps the alias rollback.
    """
    changed = governance.promote(name, version, alias, reason, workspace=door.workspace)
    return Answer(changed, changed.to_json(), words.promoted(changed, version, alias))
