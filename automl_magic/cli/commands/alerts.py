"""automl alerts: list active alerts, silence them or test a channel."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import alerts as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.types import Duration
from automl_magic.flow import alerting

SILENCE, TEST = "silence", "test"


@subcommand
@click.argument("target", required=False, metavar="[DEPLOYMENT]")
@click.argument("name", required=False, metavar="")
@click.option("--for", "for_s", type=Duration(), help="silence: duration.  [default: 4h]")
@click.option("--reason", default="", metavar="TEXT", help="silence: reason.")
@click.option(
    "--deployment", metavar="NAME", help="test: deployment whose monitor file has the channel."
)
def alerts(
    frontend: Frontend,
    /,
    *,
    target: str | None,
    name: str | None,
    for_s: float | None,
    reason: str,
    deployment: str | None,
) -> CommandResult:
    """List the active alerts of a deployment, or of all.

    `automl alerts silence KEY --for 2h` stops notifications about an alert, a group of alerts or a
    deployment for a while. `automl alerts test CHANNEL` sends a test notification over a channel of
    the monitor file.
    """
    if name is None:
        if target in (SILENCE, TEST):
            raise click.UsageError(f"Add a name: automl alerts {target} NAME")
        active = alerting.alerts(target, workspace=frontend.workspace)
        return CommandResult(active, active.to_json(), formatters.format_alerts(active, target))
    if target == SILENCE:
        silence = alerting.silence(
            name, 4 * 3600.0 if for_s is None else for_s, reason, workspace=frontend.workspace
        )
        return CommandResult(silence, vars(silence), formatters.format_silence(silence))
    if target == TEST:
        channel = alerting.try_channel(name, deployment, workspace=frontend.workspace)
        document = {"channel": channel.name, "kind": channel.kind.value, "sent": True}
        return CommandResult(channel, document, formatters.format_channel_test(channel))
    raise click.UsageError(f"Use automl alerts {target} or automl alerts silence {name}")
