"""Tables from Python, and the location of a table before its folder is written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.data.index import index_as_columns
from automl_magic.data.missing import ReadDetails, mark_missing
from automl_magic.data.not_a_frame import check_is_frame
from automl_magic.data.sources.frame import SCHEME
from automl_magic.data.sources.parts import split_part, with_part
from automl_magic.data.sources.registry import find_source
from automl_magic.data.storage import to_storable
from automl_magic.errors import DataNotReadable
from automl_magic.files.atomic import replacing
from automl_magic.records.data.missing import MissingWords

if TYPE_CHECKING:
    import pandas as pd

FRAME_NAME = "table.parquet"


@dataclass(frozen=True)
class TableSource:
    """Where a table can be read now, and where it will be once its folder is written."""

    name: str
    readable: str
    final: str

    @contextmanager
    def copied(self) -> Iterator[None]:
        """Copy the table to its final path if it isn't there yet, unless the block fails."""
        if self.readable == self.final:
            yield
            return
        with replacing(Path(self.final)) as new:
            shutil.copyfile(self.readable, new)
            yield


def save_frame(frame: pd.DataFrame, folder: Path) -> Path:
    """Write a DataFrame as `table.parquet` into a folder. A named index becomes a column.

    Raises
    ------
    DataNotReadable
        If the column names aren't text or aren't unique, or a column can't be read or stored.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_is_frame(frame)
    frame = index_as_columns(frame, "The DataFrame")
    check_frame(frame)
    columns = {str(name): to_storable(column) for name, column in frame.items()}
    frame = frame.assign(**{name: column for name, column in columns.items() if column is not None})
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, UnicodeEncodeError, TypeError, ValueError) as error:
        raise _storage_error(frame, error) from error
    path = Path(folder) / FRAME_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as new:
        pq.write_table(table, new)
    return path


def _storage_error(frame: pd.DataFrame, error: Exception) -> DataNotReadable:
    import pyarrow as pa

    for name, column in frame.items():
        try:
            pa.Array.from_pandas(column)
        except (pa.ArrowException, UnicodeEncodeError, TypeError, ValueError) as of_column:
            return DataNotReadable(
                f"Can't save the column {str(name)[:40]!r} of the DataFrame in a file.",
                why=f"{' '.join(str(of_column).split())[:200]}.",
                fix=f"Convert it: frame[{name!r}] = frame[{name!r}].astype(str)",
            )
    return DataNotReadable(
        "Can't save the DataFrame in a file.",
        why=f"{' '.join(str(error).split())[:200]}.",
        fix="Give each column one type.",
    )


def check_frame(frame: pd.DataFrame) -> None:
    """Raise an error if the column names are invalid, or if there are no rows or features."""
    not_text = [name for name in frame.columns if not isinstance(name, str)]
    if not_text:
        raise DataNotReadable(
            "The DataFrame has column names that aren't text.",
            why=f"One of them is {not_text[0]!r}, of type {type(not_text[0]).__name__}.",
            fix="Convert them: frame.columns = frame.columns.map(str)",
        )
    duplicates = frame.columns[frame.columns.duplicated()]
    if len(duplicates):
        raise DataNotReadable(
            "The DataFrame has duplicate column names.",
            why=f"One of them is {str(duplicates[0])[:40]!r}.",
            fix="Keep the first of each: frame = frame.loc[:, ~frame.columns.duplicated()]",
        )
    invalid = [name for name in frame.columns if any("\ud800" <= c <= "\udfff" for c in name)]
    if invalid:
        raise DataNotReadable(
            "The DataFrame has a column name that can't be saved to a file.",
            why=f"{ascii(invalid[0])[:60]} has half of a character (a lone surrogate).",
            fix="Replace it: "
            "frame.columns = [c.encode('utf-8', 'replace').decode() for c in frame.columns]",
        )
    if len(frame) == 0:
        raise DataNotReadable(
            "The table has no rows.",
            why=f"It has {frame.shape[1]:,} columns without values.",
            fix="Use a table with rows.",
        )
    if frame.shape[1] < 2:
        only = f"only {frame.columns[0][:40]!r}" if frame.shape[1] else "no columns"
        raise DataNotReadable(
            "The table has too few columns.",
            why=f"It has {only}. A model needs a target and at least one feature.",
            fix="Add a column. If the file has more columns, separate them by comma, semicolon, "
            "tab or bar.",
        )


def as_loaded(frame: pd.DataFrame, missing: MissingWords) -> pd.DataFrame:
    """Return a DataFrame of a program as `load` returns it once it's saved."""
    frame = index_as_columns(frame, "The DataFrame")
    marked, counts = mark_missing(frame, missing)
    return ReadDetails(format=SCHEME, options={}, missing=missing, counts=counts).attach(marked)


@contextmanager
def frame_as_source(frame: pd.DataFrame, folder: Path) -> Iterator[TableSource]:
    """Save a DataFrame to a temporary file. `TableSource.copied` then copies it into the folder."""
    with tempfile.TemporaryDirectory(prefix="automl-magic-") as private:
        path = save_frame(frame, Path(private))
        final = Path(folder).absolute() / FRAME_NAME
        yield TableSource(name="table", readable=str(path), final=str(final))


@contextmanager
def resolve_source(source: str, folder: Path) -> Iterator[TableSource]:
    """Locate an existing table. Relative paths are looked up in the folder first."""
    data_source, inside = find_source(source), Path(folder) / split_part(source)[0]
    if data_source.is_path and not Path(source).is_absolute() and inside.is_file():
        source = with_part(str(inside), split_part(source)[1])
    location = data_source.locate(source)
    yield TableSource(name=data_source.title(location), readable=location, final=location)
