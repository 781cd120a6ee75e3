"""automl promote: give a model version an alias."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import governance as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.flow import governance


@subcommand
@click.argument("name")
@click.argument("version", type=click.IntRange(min=1))
@click.argument("alias")
@click.option(
    "--allow-schema-change",
    is_flag=True,
    help="Accept a champion that refuses requests which the present one accepts.",
)
@click.option("--reason", default="", metavar="TEXT", help="Reason, for the audit log.")
def promote(
    frontend: Frontend,
    /,
    *,
    name: str,
    version: int,
    alias: str,
    allow_schema_change: bool,
    reason: str,
) -> CommandResult:
    """Point ALIAS to VERSION of the model NAME.

    The aliases are candidate, challenger, champion, shadow and rollback. Deployments that follow
    the champion serve a new one at once. The previous champion gets the alias rollback. Making an
    unapproved version the champion also approves the version, if the policy allows it. A champion
    that would refuse requests which the present one accepts needs --allow-schema-change.
    """
    changed = governance.promote(
        name,
        version,
        alias,
        reason,
        allow_schema_change=allow_schema_change,
        workspace=frontend.workspace,
    )
    return CommandResult(
        changed, changed.to_json(), formatters.format_promotion(changed, version, alias)
    )
