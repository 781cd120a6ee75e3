"""automl rollback: return to the champion before."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import governance as words
from automl_magic.flow import governance


@verb
@click.argument("name")
@click.option("--reason", default="", metavar="TEXT", help="Why; the audit log keeps it.")
def rollback(door: Door, /, name: str, reason: str) -> Answer:
    """Make the version before the champion of the model NAME again.

    Wherever the champion is followed it serves at once, and every canary there has ended. To take
    only a canary out, use `automl route DEPLOYMENT --stop`.
    """
    changed = governance.roll_back(name, reason, workspace=door.workspace)
    return Answer(changed, changed.to_json(), words.rolled_back(changed))
