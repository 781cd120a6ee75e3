"""meta: choose the order in which to try candidates, from results on similar tables.

Candidates that gained most for their time on similar tables come first. `describe` computes the
meta-features of a table, `known` loads the results of candidates on other tables, `order` ranks
candidates by gain and cost, and `remember` adds the results of a search.
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
