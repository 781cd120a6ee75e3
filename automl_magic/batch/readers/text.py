"""The bytes of text files: decompressed, counted, and checked to be UTF-8 while they pass by."""

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
    """The content of a text file.

    `share` is how much of the file's own bytes have been read.

    Raises
    ------
    DataNotReadable
        While reading, where the content is no UTF-8, or its gzip data are broken or cut off.
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
                f"{str(self.path)!r} cannot be decompressed.",
                why=f"The gzip data are broken after {self._n_read:,} bytes of content: {error}.",
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
            at = self._n_read - len(pending) + error.start
            byte = (bytes(pending) + bytes(content[: error.end]))[error.start]
            raise DataNotReadable(
                f"{str(self.path)!r} is not encoded in UTF-8.",
                why=f"At byte {at:,} is 0x{byte:02x}, which no UTF-8 text has there.",
                fix="If it is Latin-1 (Western European): iconv -f latin1 -t utf-8 makes a copy.",
            ) from error
