"""reasons: turn a Run into an Account of its decisions. Reads the run's folder and scores nothing.

The plan holds the decisions made before the run, the events and trials those made during the
search, and the leaderboard, recipe and result what came of them. A run that failed or was stopped
has fewer of these files. Its account lists what is missing.
"""

from __future__ import annotations

from automl_magic.reasons.account import Account, Reason, Section, TrialOutcome
from automl_magic.reasons.telling import account_of

__all__ = ["Account", "Reason", "Section", "TrialOutcome", "account_of"]
