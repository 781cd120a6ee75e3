"""automl leaderboard: list the trials of a run, best first."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument


@verb
@run_argument
def leaderboard(frontend: Door, /, run: str) -> Answer:
    """List the trials of a run, best first, with the cell that computed each score.

    RUN is a run ID, a unique prefix of one, or `last` (the default).
    """
    leaderboard = flow.leaderboard(run, workspace=frontend.workspace)
    return Answer(leaderboard, leaderboard.to_json(), words.leaderboard(leaderboard))
