"""automl leaderboard: the trials of a run, best first."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument


@verb
@run_argument
def leaderboard(door: Door, /, run: str) -> Answer:
    """Show the trials of a run, best first, each with the cell that made its numbers.

    RUN is a run id, a unique beginning of one, or `last` (the default).
    """
    board = flow.leaderboard(run, workspace=door.workspace)
    return Answer(board, board.to_json(), words.leaderboard(board))
