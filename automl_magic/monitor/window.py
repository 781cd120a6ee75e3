"""Window: the rows to check, from the prediction log or a table.

Predictions and outcomes are read for all rows. The input columns are read only for a sample: some
10,000 rows are enough to estimate a share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe import ColumnArrays
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.models.deployment import Slos

# This many rows estimate a share to half a percentage point, and a PSI to 0.001.
MAX_SAMPLED_ROWS = 20_000


@dataclass(frozen=True)
class Requests:
    """Requests to a deployment, for all versions except shadows.

    Attributes
    ----------
    timestamps : array of shape (n_requests,)
        Seconds since 1970.
    latency_ms : array of shape (n_requests,)
        Milliseconds.
    weights : array of shape (n_requests,)
        Number of requests that each row represents.
    errors : sequence of str or None
        Error codes, None for successful requests.
    versions : sequence of str
        Version and role: `3 stable`.
    """

    timestamps: Floats
    latency_ms: Floats
    weights: Floats
    errors: Sequence[str | None]
    versions: Sequence[str]
    slos: Slos | None = None


@dataclass(frozen=True)
class Window:
    """Rows of one model version in a period, or of a table.

    Attributes
    ----------
    source : str
        Description of the source of the rows.
    start, end : float
        Seconds since 1970 in UTC.
    timestamps : array of shape (n_rows,)
        Time of each prediction in seconds since 1970, NaN if unknown.
    weights : array of shape (n_rows,)
        Number of rows that each row represents.
    predictions : array of shape (n_rows,) or (n_rows, n_classes)
        Values or probabilities, NaN for rows without a prediction.
    outcomes : sequence of length n_rows
        Labels or numbers, None for unknown outcomes.
    sampled : array of int of shape (n_sampled,)
        Positions of the rows whose columns were read, ascending.
    table : mapping of str to array of shape (n_sampled,)
        All columns of the sampled rows.
    hidden_columns : frozenset of str
        Columns that the log drops or keeps only as a hash.
    requests : Requests or None
        None for a table.
    """

    source: str
    start: float
    end: float
    timestamps: Floats
    weights: Floats
    predictions: Floats
    outcomes: Sequence[object]
    sampled: NDArray[np.intp]
    table: ColumnArrays
    deployment: str | None = None
    model: str = ""
    version: int | None = None
    hidden_columns: frozenset[str] = field(default_factory=frozenset)
    requests: Requests | None = None

    @property
    def n_rows(self) -> int:
        return len(self.timestamps)

    @property
    def sampling(self) -> str:
        """Sentence on how many rows were checked."""
        n, s = self.n_rows, len(self.sampled)
        if s == n:
            return f"All {n:,} rows were checked."
        return (
            f"The columns were checked on a random sample of {s:,} of {n:,} rows (fixed seed). "
            "Predictions, outcomes and traffic were checked on all rows."
        )

    def __repr__(self) -> str:
        labelled = sum(outcome is not None for outcome in self.outcomes)
        return "\n".join(
            [
                f"Window: {self.n_rows:,} rows from {self.source}",
                f"  model {self.model}" + (f", version {self.version}" if self.version else ""),
                f"  {labelled:,} rows have an outcome",
                f"  {self.sampling}",
            ]
        )


def sample_rows(n: int, limit: int = MAX_SAMPLED_ROWS, seed: int = 0) -> NDArray[np.intp]:
    """Return the sorted positions of a random sample of at most `limit` of `n` rows."""
    if n <= limit:
        return np.arange(n)
    return np.sort(np.random.default_rng((seed, n)).choice(n, limit, replace=False))


def rows_to_columns(rows: Sequence[Mapping[str, object] | None]) -> dict[str, Array]:
    """Turn rows given as dictionaries into columns. Values that a row lacks are None.

    Returns
    -------
    dict of str to array of objects of shape (n_rows,)
    """
    names = dict.fromkeys(name for row in rows for name in row or ())
    table: dict[str, Array] = {}
    for name in names:
        values = np.empty(len(rows), dtype=object)
        values[:] = [None if row is None else row.get(name) for row in rows]
        table[name] = values
    return table
