"""What the columns of a model may hold, for whoever changes a row by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl_magic.records.codec import Record


@dataclass(frozen=True, kw_only=True)
class Level(Record):
    """A frequent value of a column with its share of the rows."""

    value: Any
    share: float


@dataclass(frozen=True, kw_only=True)
class ColumnRange(Record):
    """What one input column may hold: for a slider, or a list to choose from.

    `entry` says how a person gives a value: `number`, `choice`, `date` or `text`. Numbers have
    `low`, `high` and `quantiles` (those of `QUANTILES`); `whole` says that all are whole numbers.
    Dates have `earliest` and `latest` in ISO 8601, and where they are text in another form, the
    `date_format` (strptime's) in which the model reads them. A choice has its `levels`, most
    frequent first; `n_levels` counts all that were seen. `usual` is the median or the most frequent
    value, as it stands in the table.
    """

    name: str
    kind: str
    entry: str
    usual: Any
    missing_share: float
    low: float | None = None
    high: float | None = None
    quantiles: tuple[float, ...] = ()
    whole: bool = False
    earliest: str | None = None
    latest: str | None = None
    date_format: str | None = None
    levels: tuple[Level, ...] = ()
    n_levels: int = 0
    immutable: bool = False
    sensitive: bool = False


QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
