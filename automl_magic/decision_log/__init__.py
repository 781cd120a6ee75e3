"""decision_log: builds the DecisionLog of a run from the run's folder. It scores nothing.

The plan holds the decisions made before the run, the events and trials those made during the
search, and the leaderboard, recipe and result what came of them. A run that failed or was stopped
has fewer of these files. Its log lists what is missing.
"""

from __future__ import annotations

from automl_magic.decision_log.build import build_decision_log
from automl_magic.decision_log.log import DecisionLog, LogSection, Reason, TrialOutcome

__all__ = ["DecisionLog", "LogSection", "Reason", "TrialOutcome", "build_decision_log"]
