"""Ranges of a model's input columns, for forms in which people edit a row."""

from __future__ import annotations

from dataclasses import dataclass

from automl_magic.records.codec import Record, json_key


@dataclass(frozen=True, kw_only=True)
class Level(Record):
    """A frequent value of a column and its share of the rows."""

    value: object
    share: float


@dataclass(frozen=True, kw_only=True)
class ColumnRange(Record):
    """The values of one input column, for a slider or a list of choices.

    `entry` is the type of form field: `number`, `choice`, `date` or `text`. Numbers have `low`,
    `high` and `quantiles` (at the levels of `QUANTILES`). `is_integer` is True if all are integers.
    Dates have `earliest` and `latest` in ISO 8601. If they're text in another format, `date_format`
    (as in strptime) is the format that the model expects. A choice has its `levels`, most frequent
    first. `n_levels` is the number of distinct levels. `usual` is the median or the most frequent
    value, as in the table.
    """

    name: str
    kind: str
    entry: str
    usual: object
    missing_share: float
    low: float | None = None
    high: float | None = None
    quantiles: tuple[float, ...] = ()
    is_integer: bool = json_key("whole", default=False)
    earliest: str | None = None
    latest: str | None = None
    date_format: str | None = None
    levels: tuple[Level, ...] = ()
    n_levels: int = 0
    immutable: bool = False
    sensitive: bool = False


QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
