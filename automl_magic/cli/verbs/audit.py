"""automl audit: who did what, and whether the log of it is whole."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import governance as words
from automl_magic.flow import governance

VERIFY = "verify"


@verb
@click.argument("what", type=click.Choice([VERIFY]), required=False, metavar="[verify]")
@click.option("--subject", metavar="TEXT", help="Only about this: a model, NAME/VERSION, …")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1))
def audit(door: Door, /, what: str | None, subject: str | None, limit: int) -> Answer:
    """List the newest entries of the audit log: approvals, promotions, routes, keys.

    `automl audit verify` checks the chain that binds each entry to the one before it, says where
    it breaks, and ends with 1 if it does. Keep the printed head somewhere else: it alone shows
    that the end of the log was cut off.
    """
    if what == VERIFY:
        verdict = governance.verify(workspace=door.workspace)
        is_whole = verdict.broken_at is None
        return Answer(
            verdict, vars(verdict), words.verdict(verdict), exit_code=0 if is_whole else 1
        )
    found = governance.entries(subject, limit, workspace=door.workspace)
    return Answer(found, [vars(entry) for entry in found], words.entries(found, subject))
