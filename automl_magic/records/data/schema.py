"""InputSchema: a model's input columns, signed with the model.

The server validates every request against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.records.codec import Record
from automl_magic.records.data.dataset import ColumnKind
from automl_magic.records.data.missing import MissingWords
from automl_magic.records.families import TaskKind

SCHEMA_NAME = "schema.json"


class OnUnread(StrEnum):
    """What happens to a table with too many values that can't be read."""

    FAIL = "fail"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class InputColumn(Record):
    """One input column of the model, as it was in the training rows.

    `stored_as` is `number`, `boolean`, `date` or `text`. `parse` is as in `Column`. `low` and
    `high` are the minimum and maximum of the numbers (of dates: seconds since 1970). `levels` are
    all categories if there are few, written as in `recipe.values.text_of`. `nullable` is True if
    values were missing. `personal` is the kind of personal data that the values look like
    (`email`, `phone`, …), or None. `unread` is the share of the non-missing training values
    that couldn't be read as the kind.
    """

    name: str
    kind: ColumnKind
    stored_as: str
    nullable: bool
    parse: Mapping[str, str] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    personal: str | None = None
    example: Any = None
    unread: float = 0.0


@dataclass(frozen=True, kw_only=True)
class InputSchema(Record):
    """A model's input columns and output, in `schema.json` in the model's folder.

    `classes` are the labels in the order of the probabilities. It's empty for a regression.
    `missing` has the texts that stand for a missing value.
    """

    schema_version: int = 1
    task: TaskKind
    target: str
    classes: tuple[object, ...] = ()
    columns: tuple[InputColumn, ...]
    missing: MissingWords = field(default_factory=MissingWords)
