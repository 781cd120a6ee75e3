"""What every reader is: it knows its columns, gives its rows in order, and says what it reads."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from automl_magic.errors import DataNotReadable, near_miss, shorten
from automl_magic.recipe.table import no_column

SAMPLED_BYTES = 64 * 1024


class Chunk(ABC):
    """Some rows, read but not yet understood: that is done by whoever scores them.

    `n_rows` is how many.
    """

    n_rows: int

    @abstractmethod
    def table(self) -> dict[str, Any]:
        """Return the columns that the model reads."""

    @abstractmethod
    def kept(self) -> dict[str, Any]:
        """Return the columns that are carried along, as Arrow arrays or lists of JSON values."""

    @abstractmethod
    def after(self, n_rows: int) -> Chunk:
        """Return the rows after the first few."""


class Reader(ABC):
    """A table that is read once from its beginning to its end.

    Attributes
    ----------
    columns : tuple of str
        All that the table has.
    n_rows : int or None
        None where only reading it would tell.
    """

    columns: tuple[str, ...]
    n_rows: int | None = None

    @abstractmethod
    def chunks(self, used: Sequence[str], kept: Sequence[str], start: int) -> Iterator[Chunk]:
        """Return the rows from one on, in order.

        Parameters
        ----------
        used, kept
            The columns that the model reads, and those that are carried along.
        start : int
            The number of rows that are left out.

        Raises
        ------
        DataNotReadable
            While reading, where the table is broken; it names the row.
        """

    @abstractmethod
    def identity(self) -> Any:
        """Return what tells this table from another, as JSON; None where nothing does."""

    @property
    def share(self) -> float:
        """The share of the table that has been read, by its bytes."""
        return 0.0

    def check(self, used: Sequence[str], kept: Sequence[str]) -> None:
        """Refuse a table that has not what the model reads, or what is to be kept.

        Raises
        ------
        DataError
        """
        for name in used:
            if name not in self.columns:
                raise no_column(name, self.columns)
        for name in kept:
            if name not in self.columns:
                close = near_miss(name, self.columns)
                raise DataNotReadable(
                    f"The table has no column {name!r} to keep.",
                    why=f"It has {len(self.columns)} columns: {shorten(self.columns)}.",
                    fix=f"Use --keep {close!r}." if close else "Use --keep with one of these.",
                )
        twice = [name for name in {*used, *kept} if self.columns.count(name) > 1]
        if twice:
            raise DataNotReadable(
                f"The table has the column {min(twice)!r} twice.",
                why="Nobody could say which of the two the model means.",
                fix="Give every column its own name.",
            )


def identity_of(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Return what tells some files from others: place, size, time, and a digest of both ends."""
    return [_identity(path) for path in paths]


def _identity(path: Path) -> dict[str, Any]:
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
