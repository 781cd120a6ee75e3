"""SectionCell: a cell that makes one section of a report, as its verb tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class SectionCell:
    """A cell by the name of its section, which is that of its piece too.

    `part` is the part of the notebook that it stands in; `values` fill the slots of its piece.
    """

    name: str
    part: str
    values: Mapping[str, object] = field(default_factory=dict)
