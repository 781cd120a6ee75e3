"""The interface of data checks, and the input that they get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from automl_magic.errors import shorten
from automl_magic.recipe.values import to_float
from automl_magic.records import Column, ColumnKind, Finding

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.data.kinds import ColumnValues


@dataclass(frozen=True)
class CheckContext:
    """A table and its profile. `values`, `columns` and `digests` are in column order.

    `ambiguous` has the columns whose dates or numbers another rule reads equally well. `read` is
    how the table was read.
    """

    frame: pd.DataFrame
    values: Sequence[ColumnValues]
    columns: Sequence[Column]
    digests: Sequence[bytes]
    target: str | None
    ambiguous: frozenset[str] = frozenset()
    read: Mapping[str, Any] = field(default_factory=dict)

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
    def target_values(self) -> ColumnValues | None:
        return next((v for v in self.values if v.name == self.target), None)

    @property
    def target_has_classes(self) -> bool:
        """Whether the target has classes: labels, booleans, or at most 20 distinct integers."""
        column = self.target_column
        if column is None or column.kind is not ColumnKind.NUMBER:
            return column is not None
        classes = column.summary.get("classes", [0.5])
        return len(classes) <= 20 and all(
            to_float(value, column.parse).is_integer() for value in classes
        )


class Check(Protocol):
    """A data check. Each module of this package is one: `CODE`, `TITLE` and `look`."""

    CODE: str
    TITLE: str

    def run(self, table: CheckContext) -> Iterable[Finding]:
        """Return no findings, or one."""


def format_names(columns: Iterable[Column | str]) -> str:
    """Join the first few column names for a sentence, quoted and shortened."""
    column_names = [column if isinstance(column, str) else column.name for column in columns]
    return shorten([repr(name if len(name) <= 36 else name[:35] + "…") for name in column_names])


def pluralize(n: int, singular: str, plural_form: str | None = None) -> str:
    """Return `1 row` or `1,234 rows`."""
    return f"{n:,} {singular if n == 1 else plural_form or singular + 's'}"


def format_unread(n: int, kind: str) -> str:
    """Return the sentence on values that couldn't be read as `kind`: numbers or dates."""
    values = "value that isn't" if n == 1 else "values that aren't"
    noun = f"a {kind.removesuffix('s')}" if n == 1 else kind
    return f"{n:,} {values} {noun} {'becomes' if n == 1 else 'become'} missing."
