"""Window: the rows that are judged, wherever they come from.

All rows have their prediction, and their outcome where it is known; the values of the columns are
read of a sample, because a share is known well enough from some ten thousand rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe import Table
from automl_magic.recipe.values import Floats
from automl_magic.records.models.deployment import Slos

# So many rows know a share to half a percentage point, and a PSI to a thousandth.
MOST_SAMPLED = 20_000


@dataclass(frozen=True)
class Requests:
    """What was asked of a deployment, whichever version answered; shadows are left out.

    Attributes
    ----------
    at, latency_ms, weights : arrays, shape (n,)
        Seconds since 1970; milliseconds; how many requests the row stands for.
    errors : sequence of str or None
        The code of what failed.
    versions : sequence of str
        Version and role: `3 stable`.
    """

    at: Floats
    latency_ms: Floats
    weights: Floats
    errors: Sequence[str | None]
    versions: Sequence[str]
    slos: Slos | None = None


@dataclass(frozen=True)
class Window:
    """The rows of one model version in a stretch of time, or of a table.

    Attributes
    ----------
    source : str
        Where the rows are from, in words.
    start, end : float
        Seconds since 1970 in UTC.
    at, weights : arrays, shape (n,)
        When each row was predicted (NaN where nobody knows), and how many rows it stands for.
    predicted : array, shape (n,) or (n, n_classes)
        Values or probabilities; NaN where there was no answer.
    outcomes : sequence, length n
        Labels or numbers; None where nothing is known yet.
    sampled : array of int, shape (s,)
        The rows whose columns were read, ascending.
    table : mapping of str to array, shape (s,)
        Their columns, whatever their names.
    hidden : frozenset of str
        Columns of which only a hash, or nothing, was kept.
    requests : Requests or None
        None for a table.
    """

    source: str
    start: float
    end: float
    at: Floats
    weights: Floats
    predicted: Floats
    outcomes: Sequence[Any]
    sampled: NDArray[np.intp]
    table: Table
    deployment: str | None = None
    model: str = ""
    version: int | None = None
    hidden: frozenset[str] = field(default_factory=frozenset)
    requests: Requests | None = None

    @property
    def n_rows(self) -> int:
        return len(self.at)

    @property
    def sampling(self) -> str:
        """Say which rows' columns were read."""
        n, s = self.n_rows, len(self.sampled)
        if s == n:
            return f"All {n:,} rows were judged."
        return (
            f"The columns of {s:,} of {n:,} rows were judged, drawn at random with a fixed seed; "
            "predictions, outcomes and traffic of all."
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


def sample_of(n: int, most: int = MOST_SAMPLED, seed: int = 0) -> NDArray[np.intp]:
    """Return the positions of at most so many rows: seeded, ascending."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng((seed, n)).choice(n, most, replace=False))


def columns_of(rows: Sequence[Mapping[str, Any] | None]) -> dict[str, Any]:
    """Return rows given as dictionaries as columns; what a row lacks is missing.

    Returns
    -------
    dict of str to array of objects, shape (n,)
    """
    names = dict.fromkeys(name for row in rows for name in row or ())
    table: dict[str, Any] = {}
    for name in names:
        values = np.empty(len(rows), dtype=object)
        values[:] = [None if row is None else row.get(name) for row in rows]
        table[name] = values
    return table
