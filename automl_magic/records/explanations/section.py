"""Section: one part of an explanation, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from automl_magic.records.codec import Record


@dataclass(frozen=True, kw_only=True)
class Section(Record):
    """One part of an explanation, with where it came from.

    `name` is that of the section in every explanation. `cell_id` is the cell of the explain
    notebook that made it; `method` says in words what was done and whose method it is; `rows` is
    the number of rows that it was measured on, `rows_are` says which they are; `notes` are caveats,
    each a sentence.
    """

    name: ClassVar[str]

    cell_id: str
    method: str
    rows: int
    rows_are: str
    seconds: float
    notes: tuple[str, ...] = ()

    def headline(self) -> Mapping[str, float | None]:
        """Return the numbers by which explanations of models are compared."""
        return {}
