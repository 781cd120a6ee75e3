"""automl why: show the reasons for each decision in a run."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import run_argument


@subcommand
@run_argument
@click.option("--trial", type=int, metavar="N", help="Number of a trial to show in detail.")
@click.option("--candidate", metavar="NAME", help="Candidate to show with its trials.")
@click.option("--column", metavar="NAME", help="Column to show: its type and use.")
def why(
    frontend: Frontend,
    /,
    run: str,
    trial: int | None,
    candidate: str | None,
    column: str | None,
) -> CommandResult:
    """Show the reasons for each decision in a run: the plan, the trials, the model.

    RUN is a run ID, a unique prefix of one, or `last` (the default). For a failed or stopped run,
    shows what is known. Use one of the options for details about one item.
    """
    if sum(option is not None for option in (trial, candidate, column)) > 1:
        raise click.UsageError("Use only one of --trial, --candidate and --column.")
    decision_log = flow.why(
        run, trial=trial, candidate=candidate, column=column, workspace=frontend.workspace
    )
    return CommandResult(
        decision_log, decision_log.to_json(), formatters.format_decision_log(decision_log)
    )
