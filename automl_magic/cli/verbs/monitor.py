"""automl monitor: what has moved since the model was released, and how right it still is."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.types import Duration
from automl_magic.cli.words import monitored as words
from automl_magic.flow import alerting, monitoring
from automl_magic.monitor.moments import seconds_of


@verb
@click.argument("deployment")
@click.option(
    "--window", "window_s", type=Duration(), help="How far back: 24h, 7d.  [default: 24h]"
)
@click.option("--since", metavar="TIME", help="From this moment on (ISO 8601).")
@click.option("--until", metavar="TIME", help="To before this moment.  [default: now]")
@click.option("--version", type=int, help="Whose answers.  [default: the stable version]")
@click.option("--data", metavar="FILE", help="Judge this table, not the prediction log.")
@click.option(
    "--every", "every_s", type=Duration(), help="Go on: judge again so often, and send alerts."
)
def monitor(
    door: Door,
    /,
    *,
    deployment: str,
    window_s: float | None,
    since: str | None,
    until: str | None,
    version: int | None,
    data: str | None,
    every_s: float | None,
) -> Answer:
    """Compare what a deployment met with what its model saw before the release.

    A notebook looks for drift of the predictions and of each column, for missing, new and
    impossible values, at the score and the calibration where outcomes are known, and at the
    traffic. What is too small, or may be chance, does not alarm; what does is told to whom the
    monitor file names. With --data, DEPLOYMENT may also be a run or models:/NAME@ALIAS, of a model
    that is served elsewhere. With --every it goes on until Ctrl-C.
    """
    if since is not None and window_s is not None:
        raise click.UsageError("Give --since or --window, not both.")
    if every_s is not None:
        if since is not None or until is not None or data is not None:
            raise click.UsageError("With --every the window ends now; give --window alone.")
        return _watch(door, deployment, every_s, window_s=window_s, version=version)
    with door.watching() as on_event:
        found = monitoring.monitor(
            deployment,
            since=None if since is None else seconds_of(since),
            until=None if until is None else seconds_of(until),
            window_s=window_s,
            version=version,
            data=data,
            on_event=on_event,
            workspace=door.workspace,
        )
    if found.report is None:
        return Answer(found, found.to_json(), words.monitored(found), exit_code=1)
    # A window of the past, or a table, says nothing about how the deployment fares now.
    told = (
        ()
        if until is not None or data is not None
        else alerting.look(deployment, workspace=door.workspace)
    )
    document = {**found.to_json(), "notices": [notice.to_json() for notice in told]}
    return Answer(found, document, "\n".join([words.monitored(found), *words.told(told)]))


def _watch(
    door: Door, deployment: str, every_s: float, *, window_s: float | None, version: int | None
) -> Answer:
    """Judge a window again and again, and send alerts, until Ctrl-C."""
    from automl_magic.jobs.watch import watch

    windows = 0

    def judge() -> None:
        nonlocal windows
        found = monitoring.monitor(
            deployment, window_s=window_s, version=version, workspace=door.workspace
        )
        windows += 1
        door.say(words.in_a_line(found))

    # What is not there must be said at once, not every few minutes.
    monitoring.check(deployment, version, workspace=door.workspace)
    watch(
        deployment,
        judge,
        every_s=every_s,
        on_notice=lambda notice: door.say(notice.title),
        on_words=door.say,
        workspace=door.workspace,
    )
    document = {"name": deployment, "windows": windows}
    return Answer(windows, document, f"Watching {deployment} has ended.")
