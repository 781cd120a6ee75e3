"""Dataset: a table with a name, a source and a digest of its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.errors import TargetNotFound
from automl_magic.records.codec import Record


class ColumnKind(StrEnum):
    """What a column means. Storage is another matter: a number may hide in text."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    HIGH_CARDINALITY = "high_cardinality"
    DATE = "date"
    TEXT = "text"
    ID = "id"
    CONSTANT = "constant"


class Severity(StrEnum):
    """How much a finding matters. An error stops the plan."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Column(Record):
    """One column of a table, as it was understood.

    `stored_as` is how the values lie in the table: `number`, `boolean`, `date` or `text`.
    `parse` says how to read numbers or dates that hide in text, `{"decimal": ".", "thousands":
    ","}` or `{"date_format": "%d/%m/%Y"}`, or which values of a boolean mean what, `{"true": "Yes",
    "false": "No"}`; it is empty where nothing hides. `summary` holds what a
    profile shows: quantiles for numbers, counts of the first levels for categories, the span for
    dates.
    """

    name: str
    kind: ColumnKind
    stored_as: str
    reason: str
    n_missing: int
    n_unique: int
    parse: Mapping[str, str] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Finding(Record):
    """What a coded check saw in the data, and what to do about it.

    `evidence` holds the numbers behind the sentence. `drop` names columns that a plan leaves out
    unless it is told otherwise.
    """

    code: str
    severity: Severity
    title: str
    detail: str
    fix: str
    columns: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dataset(Record):
    """A table with a name, a source and a digest of its content. Holds no rows.

    `source` is what `data.load` takes: an absolute path or `SCHEME:NAME`. `fingerprint` depends on
    column names and values alone, not on the file format they were read from. `read` is how the
    source was read: `{"format": "csv", "options": {"sep": ";"}}`; the format is the name of the
    source (`data.sources`), and the options of a file are those of pandas' reader.
    """

    name: str
    source: str
    read: Mapping[str, Any]
    fingerprint: str
    n_rows: int
    memory_bytes: int
    columns: tuple[Column, ...]
    findings: tuple[Finding, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of this name, or raise `TargetNotFound`, which offers the near miss."""
        for column in self.columns:
            if column.name == name:
                return column
        raise TargetNotFound(name, [column.name for column in self.columns])
