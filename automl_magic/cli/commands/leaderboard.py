"""automl leaderboard: list the trials of a run, best first."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import run_argument


@subcommand
@run_argument
def leaderboard(frontend: Frontend, /, run: str) -> CommandResult:
    """List the trials of a run, best first, with the cell that computed each score.

    RUN is a run ID, a unique prefix of one, or `last` (the default).
    """
    leaderboard = flow.leaderboard(run, workspace=frontend.workspace)
    return CommandResult(
        leaderboard, leaderboard.to_json(), formatters.format_leaderboard(leaderboard)
    )
