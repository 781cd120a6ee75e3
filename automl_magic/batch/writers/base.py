"""The base classes of writers."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self, TypeAlias, Union

from automl_magic.recipe.values import Array

if TYPE_CHECKING:
    import pyarrow as pa

OutputColumn: TypeAlias = Union[Array, "pa.Array", Sequence[object]]


class PartWriter(ABC):
    """Writes a part. The part is valid once this is closed without an error."""

    @abstractmethod
    def write(self, columns: Mapping[str, OutputColumn]) -> None:
        """Write some rows: NumPy arrays, Arrow arrays or lists of JSON values, of equal length."""

    @abstractmethod
    def close(self) -> None:
        """Write the remaining rows and sync them to disk."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Writer(ABC):
    """Writes a file format."""

    @abstractmethod
    def open(self, path: Path) -> PartWriter:
        """Start a part."""

    def join(self, parts: Sequence[Path], names: Sequence[str], output: BinaryIO) -> None:
        """Join parts with these columns into one file."""
        output.write(self.header(names))
        for part in parts:
            with part.open("rb") as content:
                shutil.copyfileobj(content, output, 1 << 20)

    def header(self, names: Sequence[str]) -> bytes:
        """Return the bytes before the first row."""
        del names
        return b""
