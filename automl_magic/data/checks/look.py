"""What every check looks at, and what a check is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from automl_magic.errors import shorten
from automl_magic.records import Column, ColumnKind, Finding

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.data.kinds import Values


@dataclass(frozen=True)
class Look:
    """A table with what is known of it. `values`, `columns` and `digests` are in column order."""

    frame: pd.DataFrame
    values: Sequence[Values]
    columns: Sequence[Column]
    digests: Sequence[bytes]
    target: str | None

    @property
    def n_rows(self) -> int:
        return len(self.frame)

    @property
    def features(self) -> list[Column]:
        return [column for column in self.columns if column.name != self.target]

    @cached_property
    def target_column(self) -> Column | None:
        return next((c for c in self.columns if c.name == self.target), None)

    @cached_property
    def target_values(self) -> Values | None:
        return next((v for v in self.values if v.name == self.target), None)

    @property
    def target_has_classes(self) -> bool:
        """Whether the target reads as classes: labels, yes or no, or at most 20 whole numbers."""
        column = self.target_column
        if column is None or column.kind is not ColumnKind.NUMBER:
            return column is not None
        classes = column.summary.get("classes", [0.5])
        return len(classes) <= 20 and all(float(value).is_integer() for value in classes)


class Check(Protocol):
    """One coded look at a table. A module of this package is one: `CODE`, `TITLE` and `look`."""

    CODE: str
    TITLE: str

    def look(self, table: Look) -> Iterable[Finding]:
        """Return what was seen: nothing, or one finding."""


def names(columns: Iterable[Column | str]) -> str:
    """Join column names for a sentence: quoted, the first few, each cut."""
    words = [column if isinstance(column, str) else column.name for column in columns]
    return shorten([repr(word if len(word) <= 36 else word[:35] + "…") for word in words])


def plural(n: int, word: str, words: str | None = None) -> str:
    """Return `1 row` or `1,234 rows`."""
    return f"{n:,} {word if n == 1 else words or word + 's'}"
