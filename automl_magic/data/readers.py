"""A table of any size, opened to be predicted a few rows at a time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automl_magic.data.sources.registry import find

if TYPE_CHECKING:
    from automl_magic.batch.readers import Reader


def reader(data: Any, stored_as: Mapping[str, str]) -> Reader:
    """Open a table for batch prediction.

    Parameters
    ----------
    data : path, `SCHEME:NAME` or DataFrame
        Also a folder or a pattern (`*.parquet`) of Parquet files, in the order of their names.
    stored_as
        How the values of each column lay in training.

    Raises
    ------
    DataNotReadable, SecretError
    """
    if isinstance(data, str | os.PathLike):
        source = os.fspath(data)
        return find(source).reader(source, stored_as)
    from automl_magic.batch.readers import FrameReader

    return FrameReader(data)
