"""retrain: when a challenger is made, from which rows, and whether it is better.

policy      may it begin: one at a time, a cool-down, a budget
fresh       new rows: the log with its outcomes, a table somebody gives
comparison  challenger and champion on recent rows that neither has learned from
decide      the last cell of the retrain notebook
"""

from automl_magic.monitor.retrain.comparison import compare
from automl_magic.monitor.retrain.decide import decide, sources
from automl_magic.monitor.retrain.fresh import Fresh, given_rows, logged_rows, put_together
from automl_magic.monitor.retrain.policy import (
    begin,
    end,
    newest,
    refusal,
    retrains_of,
    triggered_by,
)

__all__ = [
    "Fresh",
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
