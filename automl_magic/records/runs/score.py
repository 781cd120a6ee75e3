"""Score and Link: a number is never alone; it carries its interval and where it came from."""

from __future__ import annotations

from dataclasses import dataclass

from automl_magic.records.codec import Record


@dataclass(frozen=True, kw_only=True)
class Score(Record):
    """The value of a metric, with a 95 % interval where one could be computed.

    `rows` is the number of rows it was measured on.
    """

    metric: str
    score: float
    rows: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Link(Record):
    """Where a number came from: the run, the notebook inside it, and the cell."""

    run_id: str
    notebook: str
    cell_id: str
