"""HTML pages of a run, shown by the magics, the apps and the JupyterLab extension.

All data is escaped. Pages run no scripts and need no server.
"""

from automl_magic.pages.board import Board
from automl_magic.pages.explain import explain_head
from automl_magic.pages.leaderboard import board_page
from automl_magic.pages.problem import problem_page
from automl_magic.pages.why import account_page

__all__ = ["Board", "account_page", "board_page", "explain_head", "problem_page"]
