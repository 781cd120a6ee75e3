"""automl route: which versions answer in a deployment."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.words import deployments as words
from automl_magic.flow import serving

_VERSION = click.IntRange(min=1)


@verb
@click.argument("deployment")
@click.option("--canary", type=_VERSION, metavar="VERSION", help="Answers --percent; guarded.")
@click.option(
    "--ab", type=_VERSION, metavar="VERSION", help="Answers --percent until outcomes tell."
)
@click.option("--shadow", type=_VERSION, metavar="VERSION", help="Answers for the log alone.")
@click.option("--percent", type=click.FloatRange(0, 100), help="The share of --canary or --ab.")
@click.option("--promote", is_flag=True, help="Make the canary the stable version.")
@click.option("--stop", is_flag=True, help="Leave the stable version alone.")
@click.option("--reason", default="", metavar="TEXT", help="Why; the history keeps it.")
def route(
    door: Door,
    /,
    *,
    deployment: str,
    canary: int | None,
    ab: int | None,
    shadow: int | None,
    percent: float | None,
    promote: bool,
    stop: bool,
    reason: str,
) -> Answer:
    """Show which versions answer in DEPLOYMENT and how that came to be, or change it.

    A change is made at once, and the command returns when every live worker follows it.
    """
    asked = [canary is not None, ab is not None, shadow is not None, promote, stop]
    if sum(asked) > 1:
        raise click.UsageError("Choose one of --canary, --ab, --shadow, --promote and --stop.")
    if (canary or ab) and percent is None:
        raise click.UsageError("Say how large a share of the requests: --percent 10")
    if percent is not None and not (canary or ab):
        raise click.UsageError("--percent is the share of --canary VERSION or --ab VERSION.")
    if not any(asked):
        shown = serving.show(deployment, workspace=door.workspace)
        return Answer(shown, shown.to_json(), words.shown(shown))
    if canary is not None:
        routed = serving.canary(
            deployment, canary, percent or 0.0, reason, workspace=door.workspace
        )
    elif ab is not None:
        routed = serving.ab(deployment, ab, percent or 0.0, reason, workspace=door.workspace)
    elif shadow is not None:
        routed = serving.shadow(deployment, shadow, reason, workspace=door.workspace)
    elif promote:
        routed = serving.promote(deployment, reason, workspace=door.workspace)
    else:
        routed = serving.stop(deployment, reason, workspace=door.workspace)
    return Answer(routed, routed.to_json(), words.routed(routed))
