"""automl retrain: train a challenger and compare it with the champion."""

from __future__ import annotations

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import retraining as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.types import Duration
from automl_magic.flow import retraining


@subcommand
@click.argument("deployment")
@click.option(
    "--data",
    metavar="FILE",
    help="Table of new rows with the target, added to the logged predictions with outcomes.",
)
@click.option(
    "--budget",
    "budget_s",
    type=Duration(),
    help="Time limit of the search: 60s, 2m, 1h.  [default: by monitor file, or the champion's]",
)
def retrain(
    frontend: Frontend, /, deployment: str, data: str | None, budget_s: float | None
) -> CommandResult:
    """Train a challenger for a deployment and compare it with the champion.

    The search repeats the champion's plan on its table with the new rows appended. The newest rows
    are held out to score both models. A better challenger is registered and waits for approval.
    The deployment doesn't change.
    """
    table = frontend.resolve_table(data) if data is not None else None
    with frontend.show_progress() as on_event:
        result = retraining.retrain(
            deployment, table, budget_s=budget_s, on_event=on_event, workspace=frontend.workspace
        )
    return CommandResult(result, result.to_json(), formatters.format_retraining(result))
