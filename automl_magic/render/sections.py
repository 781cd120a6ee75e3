"""SectionCell: a cell for one section of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class SectionCell:
    """A cell for one section. `name` is the name of the section and of its template piece.

    `part` is the cell's part of the notebook. `values` fill the slots of the piece.
    """

    name: str
    part: str
    values: Mapping[str, object] = field(default_factory=dict)
