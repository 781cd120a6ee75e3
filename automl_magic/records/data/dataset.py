"""Dataset: a table with a name, a source and a digest of its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.errors import TargetNotFound
from automl_magic.records.codec import Record
from automl_magic.records.data.missing import MissingWords


class ColumnKind(StrEnum):
    """The meaning of a column. Its storage can differ: numbers can be stored as text."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    HIGH_CARDINALITY = "high_cardinality"
    DATE = "date"
    TEXT = "text"
    ID = "id"
    CONSTANT = "constant"


class Severity(StrEnum):
    """The severity of a finding. An error stops planning."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Column(Record):
    """One column of a table, with its inferred kind.

    `stored_as` is the type of the stored values: `number`, `boolean`, `date` or `text`.
    `parse` sets how to parse numbers or dates stored as text, such as `{"decimal": ".",
    "thousands": ","}` or `{"date_format": "%d/%m/%Y"}`, or the values of a boolean, such as
    `{"true": "Yes", "false": "No"}`. It's empty if the values need no parsing. `summary` has the
    contents of a profile: quantiles of numbers, counts of the most frequent categories, the range
    of dates. `missing` counts the texts that were read as missing values: `{"NA": 12}`. `personal`
    is the kind of personal data that the values look like (`email`, `phone`, …), or None.
    """

    name: str
    kind: ColumnKind
    stored_as: str
    reason: str
    n_missing: int
    n_unique: int
    parse: Mapping[str, str] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    missing: Mapping[str, int] = field(default_factory=dict)
    personal: str | None = None


@dataclass(frozen=True, kw_only=True)
class Finding(Record):
    """A problem that a check found in the data, and how to fix it.

    `evidence` has the numbers behind `detail`. `drop` lists columns that a plan excludes by
    default.
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
    """A table with a name, a source and a digest of its content, but without rows.

    `source` is the argument of `data.load`: an absolute path or `SCHEME:NAME`. `fingerprint`
    depends only on column names and values, not on the file format. `read` is how the source was
    read: `{"format": "csv", "options": {"sep": ";"}}`. The format is the name of a source in
    `data.sources`. The options of a file are those of pandas' reader. `missing` has the texts that
    were read as missing values. `memory_bytes` is in bytes.
    """

    name: str
    source: str
    read: Mapping[str, Any]
    fingerprint: str
    n_rows: int
    memory_bytes: int
    columns: tuple[Column, ...]
    findings: tuple[Finding, ...] = ()
    missing: MissingWords = field(default_factory=MissingWords)

    @property
    def personal_columns(self) -> dict[str, str]:
        """Return the kind of personal data of each column that looks personal."""
        return {c.name: c.personal for c in self.columns if c.personal is not None}

    def column(self, name: str) -> Column:
        """Return a column by name, or raise `TargetNotFound` with the closest name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise TargetNotFound(name, [column.name for column in self.columns])
