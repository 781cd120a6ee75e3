"""Score and Link: a number with its interval and its origin."""

from __future__ import annotations

from dataclasses import dataclass

from automl_magic.records.codec import Record


@dataclass(frozen=True, kw_only=True)
class Score(Record):
    """The value of a metric, with a 95% interval if one could be computed.

    `rows` is the number of rows that were scored.
    """

    metric: str
    score: float
    rows: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class CellLink(Record):
    """The origin of a number: the run, its notebook and the cell."""

    run_id: str
    notebook: str
    cell_id: str
