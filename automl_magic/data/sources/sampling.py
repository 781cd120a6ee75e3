"""A sample of rows from a stream of any length: the same rows, however it is cut into batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


def drawn(batches: Iterator[pa.RecordBatch], n_rows: int, seed: int) -> pa.Table:
    """Return some rows of a stream, drawn without replacement, in their order.

    Every row gets a random number, and those with the smallest are kept; at no time are more rows
    in memory than these and a batch.
    """
    import pyarrow as pa

    random = np.random.default_rng(seed)
    kept: pa.Table | None = None
    keys: NDArray[Any] = np.empty(0)
    for batch in batches:
        whole = pa.Table.from_batches([batch])
        whole = whole if kept is None else pa.concat_tables([kept, whole])
        keys = np.concatenate([keys, random.random(batch.num_rows)])
        if len(keys) > n_rows:
            chosen = np.sort(np.argpartition(keys, n_rows)[:n_rows])
            whole, keys = whole.take(chosen), keys[chosen]
        kept = whole
    if kept is None:
        raise ValueError("a source gives at least one batch")
    return kept
