"""meta: choose the order in which to try candidates, from results on similar tables.

Candidates that gained most for their time on similar tables come first. `compute_meta_features`
computes the meta-features of a table, `load_known_datasets` loads the results of candidates on
other tables, `order_candidates` ranks candidates by gain and cost, and `add_own_dataset` adds the
results of a search.
"""

from automl_magic.learn.meta.entry import measure_dataset
from automl_magic.learn.meta.features import (
    FEATURES,
    SAMPLE_ROWS,
    MetaFeatures,
    TableCounts,
    compute_meta_features,
    count_table,
    sample_rows,
)
from automl_magic.learn.meta.order import RankedCandidate, order_candidates, order_evidence
from automl_magic.learn.meta.store import (
    SHIPPED,
    CandidateResult,
    KnownDataset,
    MetaStore,
    add_own_dataset,
    is_remembering,
    load_known_datasets,
    write_shipped,
)

__all__ = [
    "FEATURES",
    "SAMPLE_ROWS",
    "SHIPPED",
    "CandidateResult",
    "KnownDataset",
    "MetaFeatures",
    "MetaStore",
    "RankedCandidate",
    "TableCounts",
    "add_own_dataset",
    "compute_meta_features",
    "count_table",
    "is_remembering",
    "load_known_datasets",
    "measure_dataset",
    "order_candidates",
    "order_evidence",
    "sample_rows",
    "write_shipped",
]
