"""Retraining: train a challenger on new rows and compare it with the champion.

policy      limits: one job at a time, cooldown, budget
fresh       new rows from the log and from a provided table
due         retrainings that the monitor file triggers
champion    the champion, and the new rows for a challenger
challenger  the challenger's tables and experiment
ending      record the end of a retraining and notify
comparison  scores of challenger and champion on recent rows
deciding    the first and last cell of the retrain notebook
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.monitor.retrain.comparison import compare
    from automl_magic.monitor.retrain.decision import decide, show_sources
    from automl_magic.monitor.retrain.new_rows import build_retraining_data, logged_rows, table_rows
    from automl_magic.monitor.retrain.policy import (
        RetrainJob,
        finish_retraining,
        newest_retraining,
        refusal_reason,
        retrains_of,
        start_retraining,
        triggering_alert,
    )

__all__ = [
    "RetrainJob",
    "build_retraining_data",
    "compare",
    "decide",
    "finish_retraining",
    "logged_rows",
    "newest_retraining",
    "refusal_reason",
    "retrains_of",
    "show_sources",
    "start_retraining",
    "table_rows",
    "triggering_alert",
]

# Imported on first use: the dashboard only reads jobs, and doesn't need the metrics.
_HOMES = {
    "comparison": ("compare",),
    "decision": ("decide", "show_sources"),
    "new_rows": ("table_rows", "logged_rows", "build_retraining_data"),
    "policy": (
        "RetrainJob",
        "start_retraining",
        "finish_retraining",
        "newest_retraining",
        "refusal_reason",
        "retrains_of",
        "triggering_alert",
    ),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
