"""automl alerts: what is wrong with the deployments now; be silent about it, try a channel."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.types import Duration
from automl_magic.cli.words import alerts as words
from automl_magic.flow import alerting

SILENCE, TEST = "silence", "test"


@verb
@click.argument("what", required=False, metavar="[DEPLOYMENT]")
@click.argument("name", required=False, metavar="")
@click.option("--for", "for_s", type=Duration(), help="silence: how long.  [default: 4h]")
@click.option("--reason", default="", metavar="TEXT", help="silence: why.")
@click.option("--deployment", metavar="NAME", help="test: in whose monitor file the channel is.")
def alerts(
    door: Door,
    /,
    *,
    what: str | None,
    name: str | None,
    for_s: float | None,
    reason: str,
    deployment: str | None,
) -> Answer:
    """What is wrong with a deployment now, or with all of them.

    `automl alerts silence KEY --for 2h` sends no notices about an alert, a group of alerts or a
    deployment for a while; `automl alerts test CHANNEL` sends a notice over a channel of the
    monitor file, to see whether it arrives.
    """
    if name is None:
        if what in (SILENCE, TEST):
            raise click.UsageError(f"Say what for: automl alerts {what} NAME")
        found = alerting.alerts(what, workspace=door.workspace)
        return Answer(found, found.to_json(), words.alerts(found, what))
    if what == SILENCE:
        silence = alerting.silence(
            name, 4 * 3600.0 if for_s is None else for_s, reason, workspace=door.workspace
        )
        return Answer(silence, vars(silence), words.silenced(silence))
    if what == TEST:
        channel = alerting.try_channel(name, deployment, workspace=door.workspace)
        document = {"channel": channel.name, "kind": channel.kind.value, "sent": True}
        return Answer(channel, document, words.tested(channel))
    raise click.UsageError(f"Write automl alerts {what}, or automl alerts silence {name}")
