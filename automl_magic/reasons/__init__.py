"""reasons: a Run → an Account of why it did what it did. Reads the run's folder; computes no score.

What was decided before the run stands in its plan, what was decided while it searched in its
events and trials, what came out in its leaderboard, recipe and result. A run that failed or was
stopped has fewer of these files, and its account says which part of the story is missing.
"""

from __future__ import annotations

from automl_magic.reasons.account import Account, Reason, Section
from automl_magic.reasons.telling import account_of

__all__ = ["Account", "Reason", "Section", "account_of"]
