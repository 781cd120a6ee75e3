"""Frames: the DataFrames in a kernel's namespace."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    import pandas as pd


def is_frame(value: object) -> TypeGuard[pd.DataFrame]:
    """Return whether a value is a DataFrame. Doesn't import pandas."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def frames_of(names: Mapping[str, object]) -> list[tuple[str, tuple[int, int]]]:
    """Return the name and shape of each DataFrame, sorted by name."""
    return sorted(
        (name, value.shape)
        for name, value in list(names.items())
        if is_frame(value) and not name.startswith("_")
    )
