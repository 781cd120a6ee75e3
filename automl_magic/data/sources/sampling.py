"""A sample of rows from a stream of any length. It doesn't depend on the batch size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


def sample_rows(batches: Iterator[pa.RecordBatch], n_rows: int, seed: int) -> pa.Table:
    """Return a sample of rows without replacement, in stream order.

    Every row gets a random number, and the rows with the smallest are kept. Only these and one
    batch are in memory at a time.
    """
    import pyarrow as pa

    random = np.random.default_rng(seed)
    sample: pa.Table | None = None
    keys: NDArray[np.float64] = np.empty(0)
    for batch in batches:
        rows = pa.Table.from_batches([batch])
        rows = rows if sample is None else pa.concat_tables([sample, rows])
        keys = np.concatenate([keys, random.random(batch.num_rows)])
        if len(keys) > n_rows:
            positions = np.sort(np.argpartition(keys, n_rows)[:n_rows])
            rows, keys = rows.take(positions), keys[positions]
        sample = rows
    if sample is None:
        raise ValueError("a source yields at least one batch")
    return sample
