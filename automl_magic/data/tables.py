"""Tables by their source: load one, locate it, and describe how it's read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources.registry import find_source, source_named
from automl_magic.records import Dataset
from automl_magic.records.data.load_code import LoadCode

if TYPE_CHECKING:
    import pandas as pd

_DEFAULT = ReadLimits()


def locate(source: str) -> str:
    """Return the source as an absolute path or `SCHEME:NAME`.

    Raises
    ------
    DataNotReadable
        If there's no such table.
    """
    return find_source(source).locate(source)


def read_call(source: str, *, limits: ReadLimits = _DEFAULT) -> dict[str, object]:
    """Return how a source is read: `{"format": "csv", "options": {"sep": ";", …}}`.

    Only reads the first bytes of a file. For files, `pandas.read_csv(path, **options)` (or
    `read_parquet`, `read_json`) returns the same table as `load`.

    Raises
    ------
    DataNotReadable
        If the source is missing, or its first bytes don't match its file extension.
    """
    data_source = find_source(source)
    return {"format": data_source.name, "options": data_source.options(source, limits)}


def load(source: str, *, limits: ReadLimits = _DEFAULT) -> pd.DataFrame:
    """Read a table. A file is parsed in a child process with limits on memory and time.

    Parameters
    ----------
    source : str
        Path of a local file (.csv .tsv .parquet .json .jsonl .ndjson, text formats also with .gz),
        `sklearn:NAME` for a dataset that comes with scikit-learn, or `SCHEME:NAME` for a source
        from another package.
    limits : Limits
        Limits on the size of the table, and on the resources to read it.

    Raises
    ------
    DataNotReadable
        If the source is missing, empty, corrupt, too large, or doesn't match its file extension.
    SecretError
        If it needs a credential that isn't set.
    """
    return find_source(source).load(source, limits)


def load_code(dataset: Dataset) -> LoadCode:
    """Return the code that loads a planned table in a notebook without automl-magic.

    Raises
    ------
    DataNotReadable
        If its source isn't installed.
    """
    source = source_named(str(dataset.read["format"]))
    return source.code(dataset.source, dict(dataset.read["options"]))
