"""Read text files: decompress them, count their bytes and check that they are UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import DataNotReadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Utf8File(io.RawIOBase):
    """The content of a text file. `share` is the fraction of the file's bytes that has been read.

    Raises
    ------
    DataNotReadable
        While reading, if the content isn't UTF-8, or its gzip data is corrupt or incomplete.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = max(path.stat().st_size, 1)
        self._raw = path.open("rb")
        packed = path.suffix.lower() == ".gz"
        self._content = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._n_read = 0

    @property
    def share(self) -> float:
        return 1.0 if self._raw.closed else self._raw.tell() / self._size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            n_bytes = self._content.readinto(view)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataNotReadable(
                f"Can't decompress {str(self.path)!r}.",
                why=f"The gzip data is corrupt after {self._n_read:,} bytes of content: {error}.",
                fix="Copy or download the file again.",
            ) from error
        self._check(view[:n_bytes])
        self._n_read += n_bytes
        return n_bytes

    def close(self) -> None:
        self._content.close()
        self._raw.close()
        super().close()

    def _check(self, content: memoryview) -> None:
        pending = self._decoder.getstate()[0]
        try:
            self._decoder.decode(content, final=not content)
        except UnicodeDecodeError as error:
            offset = self._n_read - len(pending) + error.start
            byte = (bytes(pending) + bytes(content[: error.end]))[error.start]
            raise DataNotReadable(
                f"{str(self.path)!r} isn't encoded in UTF-8.",
                why=f"Byte {offset:,} is 0x{byte:02x}, which isn't valid there.",
                fix="If it's Latin-1 (Western European), convert it: iconv -f latin1 -t utf-8",
            ) from error
