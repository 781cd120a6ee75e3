"""automl route: show or change a deployment's route."""

from __future__ import annotations

from typing import TypedDict

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import deployments as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.flow import serving
from automl_magic.workspace import Workspace

_VERSION = click.IntRange(min=1)


class _Options(TypedDict):
    allow_schema_change: bool
    workspace: Workspace


@subcommand
@click.argument("deployment")
@click.option(
    "--canary",
    type=_VERSION,
    metavar="VERSION",
    help="Version that gets --percent of the requests, compared with the stable version.",
)
@click.option(
    "--ab",
    type=_VERSION,
    metavar="VERSION",
    help="Version that gets --percent of the requests until outcomes show which one is better.",
)
@click.option(
    "--shadow",
    type=_VERSION,
    metavar="VERSION",
    help="Shadow version: its predictions are only logged.",
)
@click.option(
    "--percent",
    type=click.FloatRange(0, 100),
    help="Percentage of the requests for --canary or --ab.",
)
@click.option("--promote", is_flag=True, help="Make the canary the stable version.")
@click.option("--stop", is_flag=True, help="Stop any canary, A/B test and shadow.")
@click.option(
    "--allow-schema-change",
    is_flag=True,
    help="Accept a version that refuses requests which the stable version accepts.",
)
@click.option("--reason", default="", metavar="TEXT", help="Reason, for the history.")
def route(
    frontend: Frontend,
    /,
    *,
    deployment: str,
    canary: int | None,
    ab: int | None,
    shadow: int | None,
    percent: float | None,
    promote: bool,
    stop: bool,
    allow_schema_change: bool,
    reason: str,
) -> CommandResult:
    """Show or change the route of DEPLOYMENT: which versions it serves, with the history.

    A change applies at once. The command waits up to a minute for the live workers to follow it,
    and lists the ones that don't. A version that would refuse requests which the stable version
    accepts, because its columns or classes are different, needs --allow-schema-change.
    """
    changes = [canary is not None, ab is not None, shadow is not None, promote, stop]
    if sum(changes) > 1:
        raise click.UsageError("Use only one of --canary, --ab, --shadow, --promote and --stop.")
    if (canary or ab) and percent is None:
        raise click.UsageError("Set the percentage of the requests: --percent 10")
    if percent is not None and not (canary or ab):
        raise click.UsageError("Use --percent only with --canary VERSION or --ab VERSION.")
    if not any(changes):
        status = serving.get_deployment(deployment, workspace=frontend.workspace)
        return CommandResult(status, status.to_json(), formatters.format_deployment(status))
    options: _Options = {
        "allow_schema_change": allow_schema_change,
        "workspace": frontend.workspace,
    }
    if canary is not None:
        update = serving.canary(deployment, canary, percent or 0.0, reason, **options)
    elif ab is not None:
        update = serving.ab(deployment, ab, percent or 0.0, reason, **options)
    elif shadow is not None:
        update = serving.shadow(deployment, shadow, reason, **options)
    elif promote:
        update = serving.promote(deployment, reason, **options)
    else:
        update = serving.stop(deployment, reason, workspace=frontend.workspace)
    return CommandResult(update, update.to_json(), formatters.format_route_update(update))
