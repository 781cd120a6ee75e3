"""A table by the text that names it: read it, write its place down, say how it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl_magic.data.limits import Limits
from automl_magic.data.sources.registry import find, named
from automl_magic.records import Dataset
from automl_magic.records.data.load_code import LoadCode

if TYPE_CHECKING:
    import pandas as pd

_DEFAULT = Limits()


def locate(source: str) -> str:
    """Return the source as it is written down: an absolute path, or `SCHEME:NAME`.

    Raises
    ------
    DataNotReadable
        If there is no such table.
    """
    return find(source).locate(source)


def read_call(source: str, *, limits: Limits = _DEFAULT) -> dict[str, Any]:
    """Say how this source is read: `{"format": "csv", "options": {"sep": ";", …}}`.

    Looks at the head of a file only. For files, `pandas.read_csv(path, **options)` (or
    `read_parquet`, `read_json`) in another notebook then gives the same table as `load`.

    Raises
    ------
    DataNotReadable
        If the source is missing, or its first bytes are not what its name says.
    """
    found = find(source)
    return {"format": found.name, "options": found.options(source, limits)}


def load(source: str, *, limits: Limits = _DEFAULT) -> pd.DataFrame:
    """Read a table. A file is parsed in a child process with limits on memory and time.

    Parameters
    ----------
    source : str
        A path (.csv .tsv .parquet .json .jsonl .ndjson, the text formats also with .gz),
        `sklearn:NAME` for a dataset that comes with scikit-learn, or `SCHEME:NAME` of a source
        that another package brought. Of files, nothing is downloaded.
    limits : Limits
        How large the table may be, and what reading it may take.

    Raises
    ------
    DataNotReadable
        If the source is missing, empty, broken, too large, or not in the format its name says.
    SecretError
        If it needs a credential that is not there.
    """
    return find(source).load(source, limits)


def load_code(dataset: Dataset) -> LoadCode:
    """Return the code that loads a planned table in a notebook that runs without us.

    Raises
    ------
    DataNotReadable
        If its source is not known here.
    """
    source = named(str(dataset.read["format"]))
    return source.code(dataset.source, dict(dataset.read["options"]))
