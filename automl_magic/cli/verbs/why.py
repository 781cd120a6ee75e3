"""automl why: why a run did what it did."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument


@verb
@run_argument
@click.option("--trial", type=int, metavar="N", help="All about one trial, by its number.")
@click.option("--candidate", metavar="NAME", help="All about one candidate and its trials.")
@click.option("--column", metavar="NAME", help="How one column was understood, and what for.")
def why(
    door: Door,
    /,
    run: str,
    trial: int | None,
    candidate: str | None,
    column: str | None,
) -> Answer:
    """Say why a run did what it did: the question, what was tried and dropped, the model.

    RUN is a run id, a unique beginning of one, or `last` (the default). A run that failed or was
    stopped tells what is known. One of the options asks for more about one thing.
    """
    if sum(asked is not None for asked in (trial, candidate, column)) > 1:
        raise click.UsageError("Ask about one thing: --trial, --candidate or --column.")
    account = flow.why(
        run, trial=trial, candidate=candidate, column=column, workspace=door.workspace
    )
    return Answer(account, account.to_json(), words.account(account))
