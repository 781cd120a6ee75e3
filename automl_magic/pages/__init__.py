"""HTML pages of a run, shown by the magics, the apps and the JupyterLab extension.

All data is escaped. Pages run no scripts and need no server.
"""

from automl_magic.pages.decision_log import decision_log_page
from automl_magic.pages.error import error_page
from automl_magic.pages.explain import explain_header
from automl_magic.pages.leaderboard import leaderboard_page
from automl_magic.pages.leaderboard_view import LeaderboardView

__all__ = [
    "LeaderboardView",
    "decision_log_page",
    "error_page",
    "explain_header",
    "leaderboard_page",
]
