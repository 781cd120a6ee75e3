"""Sources of tables: files of a few formats, one module each, and scikit-learn's bundled data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.data.limits import Limits
from automl_magic.data.sources import bundled, delimited, files, json_records

if TYPE_CHECKING:
    import pandas as pd

_DEFAULT = Limits()


def locate(source: str) -> str:
    """Return the source as it is written down: an absolute path, or `sklearn:NAME`.

    Raises
    ------
    DataNotReadable
        If there is no such file or bundled dataset.
    """
    if bundled.is_bundled(source):
        return bundled.PREFIX + bundled.name_of(source)
    return str(files.find(source))


def read_call(source: str, *, limits: Limits = _DEFAULT) -> dict[str, Any]:
    """Say how pandas reads this source: `{"format": "csv", "options": {"sep": ";", …}}`.

    Looks at the head of the file only. `pandas.read_csv(path, **options)` (or `read_parquet`,
    `read_json`) in another notebook then gives the same table as `load`.

    Raises
    ------
    DataNotReadable
        If the source is missing, or its first bytes are not what its name says.
    """
    if bundled.is_bundled(source):
        return {"format": "sklearn", "options": {"name": bundled.name_of(source)}}
    path = files.find(source)
    form = files.format_of(path)
    head = files.read_head(path, form, limits)
    if form == "parquet":
        return {"format": "parquet", "options": {}}
    if form == "json":
        return {"format": "jsonl", "options": json_records.options(path, head)}
    return {"format": "csv", "options": delimited.options(head)}


def load(source: str, *, limits: Limits = _DEFAULT) -> pd.DataFrame:
    """Read a table. A file is parsed in a child process with limits on memory and time.

    Parameters
    ----------
    source : str
        A path (.csv .tsv .parquet .json .jsonl .ndjson, the text formats also with .gz) or
        `sklearn:NAME` for a dataset that comes with scikit-learn. Nothing is downloaded.
    limits : Limits
        How large the table may be, and what reading it may take.

    Raises
    ------
    DataNotReadable
        If the source is missing, empty, broken, too large, or not in the format its name says.
    """
    call = read_call(source, limits=limits)
    if call["format"] == "sklearn":
        return bundled.read(call["options"]["name"])
    from automl_magic.data.isolated import read_in_child

    return read_in_child(Path(locate(source)), call, limits)
