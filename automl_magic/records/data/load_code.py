"""LoadCode: how a notebook that stands alone loads a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class LoadCode:
    """Python with `slot("name")` holes that leaves a table in `table`, and what fills the holes.

    It is written by a source, never stored, and imports public packages alone. `data_path`, where
    it is not None, becomes the notebook's parameter of this name. `requirements` are packages that
    the code needs without importing them. `credential` is a reference to a secret, never the
    secret; the cell before this one then leaves the secret in `credential`.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    data_path: str | None = None
    requirements: tuple[str, ...] = ()
    credential: str | None = None
