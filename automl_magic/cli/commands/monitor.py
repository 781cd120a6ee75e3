"""automl monitor: check a deployment for drift and lost performance."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import monitoring as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.types import Duration
from automl_magic.flow import alerting, monitoring
from automl_magic.monitor.timestamps import parse_time


@subcommand
@click.argument("deployment")
@click.option(
    "--window",
    "window_s",
    type=Duration(),
    help="Length of the window: 24h, 7d.  [default: by monitor file, or 24h]",
)
@click.option("--since", metavar="TIME", help="Start of the window (ISO 8601).")
@click.option("--until", metavar="TIME", help="End of the window (ISO 8601).  [default: now]")
@click.option("--version", type=int, help="Model version to check.  [default: the stable version]")
@click.option("--data", metavar="FILE", help="Table to check instead of the prediction log.")
@click.option(
    "--every",
    "every_s",
    type=Duration(),
    help="Time between checks: 10m, 1h. Repeats the check until Ctrl-C.",
)
def monitor(
    frontend: Frontend,
    /,
    *,
    deployment: str,
    window_s: float | None,
    since: str | None,
    until: str | None,
    version: int | None,
    data: str | None,
    every_s: float | None,
) -> CommandResult:
    """Compare the rows that a deployment received with the reference data of its model.

    A notebook checks the drift of the predictions and of each column, data quality, traffic, and
    performance and calibration if there are outcomes. A difference raises an alert only if it's
    large and statistically significant. The monitor file sets who is notified. With --data,
    DEPLOYMENT can also be a run or models:/NAME@ALIAS, for a model that is served elsewhere.
    """
    if since is not None and window_s is not None:
        raise click.UsageError("Use --since or --window, not both.")
    if every_s is not None:
        if since is not None or until is not None or data is not None:
            raise click.UsageError("--every checks the latest window. Use it only with --window.")
        return _watch(frontend, deployment, every_s, window_s=window_s, version=version)
    with frontend.show_progress() as on_event:
        result = monitoring.monitor(
            deployment,
            since=None if since is None else parse_time(since),
            until=None if until is None else parse_time(until),
            window_s=window_s,
            version=version,
            data=data,
            on_event=on_event,
            workspace=frontend.workspace,
        )
    if result.report is None:
        return CommandResult(
            result, result.to_json(), formatters.format_monitoring(result), exit_code=1
        )
    # A past window or a table says nothing about the current state of the deployment.
    notifications = (
        ()
        if until is not None or data is not None
        else alerting.check_alerts(deployment, workspace=frontend.workspace)
    )
    document = {
        **result.to_json(),
        "notices": [notification.to_json() for notification in notifications],
    }
    return CommandResult(
        result,
        document,
        "\n".join(
            [formatters.format_monitoring(result), *formatters.format_notifications(notifications)]
        ),
    )


def _watch(
    frontend: Frontend,
    deployment: str,
    every_s: float,
    *,
    window_s: float | None,
    version: int | None,
) -> CommandResult:
    """Check the latest window periodically and send alerts, until Ctrl-C."""
    from automl_magic.jobs.watch import watch

    windows = 0

    def judge() -> None:
        nonlocal windows
        result = monitoring.monitor(
            deployment, window_s=window_s, version=version, workspace=frontend.workspace
        )
        windows += 1
        frontend.notify(formatters.format_monitoring_line(result))

    # Report a missing deployment at once, not at every check.
    monitoring.check_deployment(deployment, version, workspace=frontend.workspace)
    watch(
        deployment,
        judge,
        every_s=every_s,
        on_notice=lambda notice: frontend.notify(notice.title),
        on_message=frontend.notify,
        workspace=frontend.workspace,
    )
    document = {"name": deployment, "windows": windows}
    return CommandResult(windows, document, f"Stopped monitoring {deployment}.")
