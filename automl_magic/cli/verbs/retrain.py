"""automl retrain: train a challenger and compare it with the champion."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.types import Duration
from automl_magic.cli.words import retraining as formatters
from automl_magic.flow import retraining


@verb
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
def retrain(frontend: Door, /, deployment: str, data: str | None, budget_s: float | None) -> Answer:
    """Train a challenger for a deployment and compare it with the champion.

    The search repeats the champion's plan on its table with the new rows appended. The newest rows
    are held out to score both models. A better challenger is registered and waits for approval.
    The deployment doesn't change.
    """
    table = frontend.table(data) if data is not None else None
    with frontend.watching() as on_event:
        result = retraining.retrain(
            deployment, table, budget_s=budget_s, on_event=on_event, workspace=frontend.workspace
        )
    return Answer(result, result.to_json(), formatters.retrained(result))
