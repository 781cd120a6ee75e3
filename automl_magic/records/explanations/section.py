"""Section: one part of an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from automl_magic.records.codec import Record


@dataclass(frozen=True, kw_only=True)
class Section(Record):
    """One part of an explanation, with its origin.

    `name` is the section's name in all explanations. `cell_id` is the cell of the explain notebook
    that made it. `method` describes the method and its authors. `rows` is the number of rows that
    were used, `rows_are` describes them. `notes` are caveats, one sentence each.
    """

    name: ClassVar[str]

    cell_id: str
    method: str
    rows: int
    rows_are: str
    seconds: float
    notes: tuple[str, ...] = ()

    def headline(self) -> Mapping[str, float | None]:
        """Return the key numbers for comparing explanations."""
        return {}
