"""The base class of readers."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import DataNotReadable, closest_match, shorten
from automl_magic.recipe.table import duplicate_column_error, missing_column_error
from automl_magic.recipe.values import Column
from automl_magic.records.codec import Json

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLED_BYTES = 64 * 1024


class Chunk(ABC):
    """Some rows of a table, not yet converted. `n_rows` is their number."""

    n_rows: int

    @abstractmethod
    def table(self) -> Mapping[str, Column]:
        """Return the columns that the model reads."""

    @abstractmethod
    def passthrough(self) -> Mapping[str, pa.Array | list[Json]]:
        """Return the passthrough columns, as Arrow arrays or lists of JSON values."""


class Reader(ABC):
    """A table that is read once, from start to end.

    Attributes
    ----------
    columns : tuple of str
        All columns of the table.
    n_rows : int or None
        Number of rows, or None if it isn't known before reading.
    """

    columns: tuple[str, ...]
    n_rows: int | None = None

    @abstractmethod
    def chunks(
        self, used: Sequence[str], passthrough: Sequence[str], start: int
    ) -> Iterator[Chunk]:
        """Yield the rows in chunks, in order.

        Parameters
        ----------
        used : sequence of str
            Columns that the model reads.
        kept : sequence of str
            Passthrough columns.
        start : int
            Number of rows to skip.

        Raises
        ------
        DataNotReadable
            While reading, if a row is invalid. The error names the row.
        """

    @abstractmethod
    def identity(self) -> object:
        """Return a JSON value that identifies this table, or None if nothing does."""

    @property
    def share(self) -> float:
        """The fraction of the table's bytes that has been read."""
        return 0.0

    def check(self, used: Sequence[str], passthrough: Sequence[str]) -> None:
        """Check that the table has the columns that the model reads and the passthrough columns.

        Raises
        ------
        DataError
        """
        for name in used:
            if name not in self.columns:
                raise missing_column_error(name, self.columns)
        for name in passthrough:
            if name not in self.columns:
                match = closest_match(name, self.columns)
                raise DataNotReadable(
                    f"The table has no column {name!r} to keep.",
                    why=f"It has {len(self.columns)} columns: {shorten(self.columns)}.",
                    fix=f"Use --keep {match!r}." if match else "Use --keep with one of these.",
                )
        duplicates = [name for name in {*used, *passthrough} if self.columns.count(name) > 1]
        if duplicates:
            raise duplicate_column_error(min(duplicates))


def identity_of(paths: Sequence[Path]) -> list[dict[str, str | int]]:
    """Identify files by path, size, time and a digest of their first and last bytes."""
    return [_identity(path) for path in paths]


def _identity(path: Path) -> dict[str, str | int]:
    status = path.stat()
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(SAMPLED_BYTES))
        file.seek(max(0, status.st_size - SAMPLED_BYTES))
        digest.update(file.read(SAMPLED_BYTES))
    return {
        "path": str(path),
        "size_bytes": status.st_size,
        "modified_ns": status.st_mtime_ns,
        "ends": f"sha256:{digest.hexdigest()}",
    }
