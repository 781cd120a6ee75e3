"""Tables from Python, and where a source is while its folder is not yet written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.data.sources.registry import find
from automl_magic.errors import DataNotReadable
from automl_magic.files.atomic import replacing

if TYPE_CHECKING:
    import pandas as pd

FRAME_NAME = "table.parquet"


@dataclass(frozen=True)
class TableSource:
    """Where a table can be read now, and where it will lie once its folder is written."""

    name: str
    readable: str
    final: str

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Put the table where it will lie, if it is not there yet, unless what follows fails."""
        if self.readable == self.final:
            yield
            return
        with replacing(Path(self.final)) as new:
            shutil.copyfile(self.readable, new)
            yield


def save_frame(frame: pd.DataFrame, folder: Path) -> Path:
    """Write a DataFrame as `table.parquet` into a folder, for notebooks to load.

    The index is left out, as it is of no column.

    Raises
    ------
    DataNotReadable
        If the column names are not text or not unique, or a column holds what a file cannot.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_frame(frame)
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, UnicodeEncodeError, TypeError, ValueError) as error:
        raise DataNotReadable(
            "The DataFrame cannot be kept as a file.",
            why=f"{' '.join(str(error).split())[:200]}.",
            fix='Give each column one type, e.g. frame["x"] = frame["x"].astype(str).',
        ) from error
    path = Path(folder) / FRAME_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as new:
        pq.write_table(table, new)
    return path


def check_frame(frame: pd.DataFrame) -> None:
    """Refuse a DataFrame whose columns cannot be named one by one."""
    odd = [name for name in frame.columns if not isinstance(name, str)]
    if odd:
        raise DataNotReadable(
            "The DataFrame has column names that are not text.",
            why=f"One of them is {odd[0]!r}, of type {type(odd[0]).__name__}.",
            fix="frame.columns = frame.columns.map(str)",
        )
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise DataNotReadable(
            "The DataFrame has a column name twice.",
            why=f"Repeated: {str(twice[0])[:40]!r}.",
            fix="Keep the first of each: frame = frame.loc[:, ~frame.columns.duplicated()]",
        )
    broken = [name for name in frame.columns if any("\ud800" <= c <= "\udfff" for c in name)]
    if broken:
        raise DataNotReadable(
            "The DataFrame has a column name that no file can hold.",
            why=f"{ascii(broken[0])[:60]} holds half of a character (a lone surrogate).",
            fix="frame.columns = [c.encode('utf-8', 'replace').decode() for c in frame.columns]",
        )
    if len(frame) == 0:
        raise DataNotReadable(
            "The table has no rows.",
            why=f"It has {frame.shape[1]:,} columns and nothing in them.",
            fix="Give a table with rows in it.",
        )
    if frame.shape[1] < 2:
        (only,) = [repr(name[:40]) for name in frame.columns] or ["nothing"]
        raise DataNotReadable(
            f"The table has {frame.shape[1]} column{'s' * (frame.shape[1] == 0)}.",
            why=f"It holds {only}, and there is nothing to predict it from.",
            fix="Give the column to predict and at least one other. If the file has more, "
            "separate them by comma, semicolon, tab or bar.",
        )


@contextmanager
def as_source(frame: pd.DataFrame, folder: Path) -> Iterator[TableSource]:
    """Make a DataFrame readable as a file; `keep` then puts that file into the folder."""
    with tempfile.TemporaryDirectory(prefix="automl-magic-") as private:
        written = save_frame(frame, Path(private))
        final = Path(folder).absolute() / FRAME_NAME
        yield TableSource(name="table", readable=str(written), final=str(final))


@contextmanager
def resolved(source: str, folder: Path) -> Iterator[TableSource]:
    """Find a source that is already there: a relative path in the folder first, then from here."""
    found, inside = find(source), Path(folder) / source
    if found.is_path and not Path(source).is_absolute() and inside.is_file():
        source = str(inside)
    place = found.locate(source)
    yield TableSource(name=found.title(place), readable=place, final=place)
