"""pages: finished HTML pages of a run. Escape everything, run nothing, need no server.

The magics, the apps and the lab show them.
"""

from automl_magic.pages.board import Board
from automl_magic.pages.explain import explain_head
from automl_magic.pages.leaderboard import board_page
from automl_magic.pages.problem import problem_page
from automl_magic.pages.why import account_page

__all__ = ["Board", "account_page", "board_page", "explain_head", "problem_page"]
