"""automl revoke: take an approval back."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import governance as words
from automl_magic.flow import governance


@verb
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--reason", required=True, metavar="TEXT", help="Why; the audit log keeps it.")
def revoke(door: Door, /, name: str, version: int, reason: str) -> Answer:
    """Take the approval of VERSION of the model NAME back; from then on it serves nowhere.

    Where it serves now, the approved version before it takes its place at once.
    """
    changed = governance.revoke(name, version, reason, workspace=door.workspace)
    document = {"revoked": version, **changed.to_json()}
    return Answer(changed, document, words.revoked(changed, version))
