"""InputSchema: what a model takes, signed with it. The server checks every request against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from automl_magic.records.codec import Record
from automl_magic.records.data.dataset import ColumnKind
from automl_magic.records.families import TaskKind

SCHEMA_NAME = "schema.json"


@dataclass(frozen=True, kw_only=True)
class InputColumn(Record):
    """One column that the model reads, as the training rows had it.

    `stored_as` is `number`, `boolean`, `date` or `text`; `parse` as in `Column`. `low` and `high`
    are the span of the numbers (for dates: seconds since 1970). `levels` are the texts of all
    categories where they are few, in the spelling of `recipe.values.text_of`; `nullable` says
    whether values were missing. `personal` names the kind of personal data that the values look
    like (`email`, `phone`, …), or is None.
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


@dataclass(frozen=True, kw_only=True)
class InputSchema(Record):
    """What a model takes and gives. It lies in the model's folder as `schema.json`.

    `classes` are the labels in the order of the probabilities; empty for a regression.
    """

    schema_version: int = 1
    task: TaskKind
    target: str
    classes: tuple[Any, ...] = ()
    columns: tuple[InputColumn, ...]
