"""What every writer is: it writes parts, and makes one file of them."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Self


class PartWriter(ABC):
    """A part that is being written; it is good once it has been closed without an error."""

    @abstractmethod
    def write(self, columns: Mapping[str, Any]) -> None:
        """Write some rows: NumPy arrays, Arrow arrays or lists of JSON values, of equal length."""

    @abstractmethod
    def close(self) -> None:
        """Write what is left, down to the disk."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Writer(ABC):
    """A format."""

    @abstractmethod
    def open(self, path: Path) -> PartWriter:
        """Begin a part."""

    def join(self, parts: Sequence[Path], names: Sequence[str], whole: BinaryIO) -> None:
        """Write one file of some parts with columns of these names."""
        whole.write(self.header(names))
        for part in parts:
            with part.open("rb") as content:
                shutil.copyfileobj(content, whole, 1 << 20)

    def header(self, names: Sequence[str]) -> bytes:
        """Return what stands before the first row."""
        del names
        return b""
