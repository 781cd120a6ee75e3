"""Open a table of any size for batch prediction."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from automl_magic.data.not_a_frame import check_is_frame
from automl_magic.data.sources.registry import find_source
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.batch.readers import Reader


def reader(
    data: str | os.PathLike[str] | pd.DataFrame,
    stored_as: Mapping[str, str],
    missing: MissingWords = DEFAULT_WORDS,
) -> Reader:
    """Open a table for batch prediction.

    Parameters
    ----------
    data : path, `SCHEME:NAME` or DataFrame
        A path can also be a folder or pattern (`*.parquet`) of Parquet files, read in name order.
    stored_as : mapping of str to str
        How the values of each column were stored in training: number, boolean, date or text.
    missing : MissingWords
        The texts that stand for a missing value.

    Raises
    ------
    DataNotReadable, SecretError
    """
    if isinstance(data, str | os.PathLike):
        source = os.fspath(data)
        return find_source(source).reader(source, stored_as, missing)
    check_is_frame(data)
    from automl_magic.batch.readers import FrameReader
    from automl_magic.data.missing import mark_missing

    return FrameReader(mark_missing(data, missing)[0])
