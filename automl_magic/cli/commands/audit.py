"""automl audit: show or verify the audit log."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import governance as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.flow import governance

VERIFY = "verify"


@subcommand
@click.argument("action", type=click.Choice([VERIFY]), required=False, metavar="[verify]")
@click.option("--subject", metavar="TEXT", help="Subject to show: a model, NAME/VERSION, …")
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    help="Maximum number of entries.",
)
def audit(
    frontend: Frontend, /, action: str | None, subject: str | None, limit: int
) -> CommandResult:
    """List the newest entries of the audit log: approvals, promotions, routes, keys.

    `automl audit verify` checks the hash chain of the entries. It reports the first broken entry
    and exits with 1 if there is one. Store the printed head elsewhere: without it you can't detect
    that the end of the log was cut off.
    """
    if action == VERIFY:
        verdict = governance.verify_audit_log(workspace=frontend.workspace)
        is_intact = verdict.broken_at is None
        return CommandResult(
            verdict,
            vars(verdict),
            formatters.format_verification(verdict),
            exit_code=0 if is_intact else 1,
        )
    entries = governance.audit_entries(subject, limit, workspace=frontend.workspace)
    return CommandResult(
        entries,
        [vars(entry) for entry in entries],
        formatters.format_audit_entries(entries, subject),
    )
