"""Frames: the DataFrames among the names of a kernel, without importing pandas where nobody has."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def frames_of(names: Mapping[str, Any]) -> list[tuple[str, tuple[int, int]]]:
    """Return name and shape of each DataFrame, in order of names."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return []
    return sorted(
        (name, value.shape)
        for name, value in list(names.items())
        if isinstance(value, pandas.DataFrame) and not name.startswith("_")
    )
