"""meta: a table → the order in which its candidates are tried.

A search on a new table need not begin at nothing: candidates that were worth their time on similar
tables come first. `describe` puts a table into numbers, `known` reads how the candidates did on
other tables, `order` weighs gain against cost, and `remember` adds what a search has found.
"""

from automl_magic.learn.meta.entry import entry
from automl_magic.learn.meta.features import (
    FEATURES,
    SAMPLE_ROWS,
    Counts,
    Described,
    count,
    describe,
    sample_rows,
)
from automl_magic.learn.meta.order import Ordered, evidence, order
from automl_magic.learn.meta.store import (
    SHIPPED,
    Entry,
    Outcome,
    Store,
    known,
    remember,
    remembers,
    write,
)

__all__ = [
    "FEATURES",
    "SAMPLE_ROWS",
    "SHIPPED",
    "Counts",
    "Described",
    "Entry",
    "Ordered",
    "Outcome",
    "Store",
    "count",
    "describe",
    "entry",
    "evidence",
    "known",
    "order",
    "remember",
    "remembers",
    "sample_rows",
    "write",
]
