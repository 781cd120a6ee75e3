"""What the child process is asked to read of a file, and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from automl_magic.data.limits import ReadLimits
from automl_magic.records.data.missing import MissingWords

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.data.missing import WordCounts


@dataclass(frozen=True, kw_only=True)
class ReadRequest:
    """What to read of a file. `n_rows` is the number of rows to read, or None for all."""

    limits: ReadLimits
    missing: MissingWords
    n_rows: int | None = None
    count_missing: bool = False


@dataclass(frozen=True)
class ParsedFile:
    """A table, and how it was read.

    `options` are those with which pandas' reader returns the same table. `counts` are the texts
    that it read as missing, by column, if they're counted.
    """

    frame: pd.DataFrame
    options: Mapping[str, Any]
    counts: WordCounts = field(default_factory=dict)
