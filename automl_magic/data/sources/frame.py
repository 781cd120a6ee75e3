"""DataFrames of a running program, by name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from automl_magic.data.index import index_as_columns
from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources.base import DEFAULT_LIMITS, Source
from automl_magic.errors import DataNotReadable
from automl_magic.records.data.load_code import LoadCode
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from automl_magic.batch.readers import Reader


SCHEME = "frame"


def frame_text(name: str) -> str:
    """Return the text that names a DataFrame."""
    return f"{SCHEME}:{name}"


def frame_name(text: str) -> str | None:
    """Return the name of the DataFrame that a text names, or None if it names something else."""
    scheme, mark, name = text.partition(":")
    return name if scheme == SCHEME and mark else None


class Frames(Source):
    """`frame:NAME`, a DataFrame in the namespace of a kernel.

    Plans don't contain such texts: `flow.plan` gets the DataFrame and saves it as Parquet.
    """

    name = SCHEME

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def read_frame(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> pd.DataFrame:
        """Return a DataFrame. A named index becomes a column, as in the plan's file."""
        del limits
        return index_as_columns(self.argument(text), "The DataFrame")

    def argument(self, text: str) -> pd.DataFrame:
        name = self.place(text)
        frame: pd.DataFrame | None = self._names.get(name)
        if frame is None:
            raise DataNotReadable(
                f"There's no DataFrame {name[:60]!r}.",
                why="The kernel has no such name. It may have been restarted.",
                fix="Run the cell that creates it, then choose it again.",
            )
        return frame

    def batches(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        yield pa.RecordBatch.from_pandas(self.read_frame(text, limits), preserve_index=False)

    def reader(
        self, text: str, stored_as: Mapping[str, str], missing: MissingWords = DEFAULT_WORDS
    ) -> Reader:
        from automl_magic.batch.readers import FrameReader

        del stored_as
        return FrameReader(self.load(text, missing=missing))

    def code(self, text: str, options: Mapping[str, object]) -> LoadCode:
        del options
        name = self.place(text)
        raise DataNotReadable(
            f"Another notebook can't load the DataFrame {name[:60]!r}.",
            why="It's only in the memory of this notebook.",
            fix=f"Save it as a file: {name}.to_parquet({shlex.quote(name + '.parquet')})",
        )

    def in_code(self, text: str) -> str:
        return self.place(text)
