"""Frames: the DataFrames among the names of a kernel."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def is_frame(value: object) -> bool:
    """Say whether a value is a DataFrame, without importing pandas where nobody has."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def frames_of(names: Mapping[str, Any]) -> list[tuple[str, tuple[int, int]]]:
    """Return name and shape of each DataFrame, in order of names."""
    return sorted(
        (name, value.shape)
        for name, value in list(names.items())
        if is_frame(value) and not name.startswith("_")
    )
