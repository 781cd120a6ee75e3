"""automl rerun: repeat a run and check that the metrics are the same."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import run_argument


@subcommand
@run_argument
def rerun(frontend: Frontend, /, run: str) -> CommandResult:
    """Repeat a run and check that every metric is the same to the last digit.

    If not, the command lists the inputs that differ and exits with 1. RUN is a run ID, a unique
    prefix of one, or `last` (the default).
    """
    with frontend.show_progress() as on_event:
        result = flow.rerun(run, on_event=on_event, workspace=frontend.workspace)
    return CommandResult(
        result,
        result.to_json(),
        formatters.format_rerun(result),
        exit_code=0 if result.equal else 1,
    )
