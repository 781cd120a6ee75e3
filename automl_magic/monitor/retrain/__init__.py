"""retrain: when a challenger is made, from which rows, and whether it is better.

policy      may it begin: one at a time, a cool-down, a budget
fresh       new rows: the log with its outcomes, a table somebody gives
due         what the monitor file asks for now
champion    the champion, and the new rows that are gathered for a challenger
challenger  the tables on disk, and the experiment of its search
ending      how it ended: written down, and told
comparison  challenger and champion on recent rows that neither has learned from
deciding    the first and the last cell of the retrain notebook
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.monitor.retrain.comparison import compare
    from automl_magic.monitor.retrain.deciding import decide, sources
    from automl_magic.monitor.retrain.fresh import given_rows, logged_rows, put_together
    from automl_magic.monitor.retrain.policy import (
        Retrain,
        begin,
        end,
        newest,
        refusal,
        retrains_of,
        triggered_by,
    )

__all__ = [
    "Retrain",
    "begin",
    "compare",
    "decide",
    "end",
    "given_rows",
    "logged_rows",
    "newest",
    "put_together",
    "refusal",
    "retrains_of",
    "sources",
    "triggered_by",
]

# Loaded when first used: a board asks what went on, and needs no metric for it.
_HOMES = {
    "comparison": ("compare",),
    "deciding": ("decide", "sources"),
    "fresh": ("given_rows", "logged_rows", "put_together"),
    "policy": ("Retrain", "begin", "end", "newest", "refusal", "retrains_of", "triggered_by"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
