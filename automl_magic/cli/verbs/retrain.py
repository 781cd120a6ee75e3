"""automl retrain: a challenger for a deployment, compared with the champion."""

from __future__ import annotations

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.types import Duration
from automl_magic.cli.words import retraining as words
from automl_magic.flow import retraining


@verb
@click.argument("deployment")
@click.option(
    "--data",
    metavar="FILE",
    help="New rows, with the target. Logged predictions with outcomes are used as well.",
)
@click.option(
    "--budget",
    "budget_s",
    type=Duration(),
    help="Wall clock of the search: 60s, 2m, 1h.  [default: the champion's]",
)
def retrain(door: Door, /, deployment: str, data: str | None, budget_s: float | None) -> Answer:
    """Make a challenger for the model of a deployment, and compare the two.

    The champion's own plan searches again, on its table with the new rows appended; the newest of
    these are kept back, and measure both. A challenger that is better is registered and waits for
    an approval. Nothing that serves is changed.
    """
    table = door.table(data) if data is not None else None
    with door.watching() as on_event:
        made = retraining.retrain(
            deployment, table, budget_s=budget_s, on_event=on_event, workspace=door.workspace
        )
    return Answer(made, made.to_json(), words.retrained(made))
