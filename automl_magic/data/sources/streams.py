"""The bytes of a text file, decompressed, with a limit on their number."""

from __future__ import annotations

import codecs
import gzip
import io
import shlex
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources.files import quote_name
from automl_magic.errors import DataNotReadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 20


class GzipContent(io.RawIOBase):
    """The decompressed content of a gzip file, with a limit on its size.

    Raises
    ------
    DataNotReadable
        While reading, if the content is too large, corrupt or truncated.
    """

    def __init__(self, path: Path, limits: ReadLimits) -> None:
        self.path = path
        self.allowed = limits.max_expanded_bytes(path.stat().st_size)
        self.ratio = limits.ratio
        self.n_read = 0
        self.file = gzip.GzipFile(path)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            n_bytes = self.file.readinto(memoryview(buffer))
        except EOFError as error:
            raise DataNotReadable(
                f"{quote_name(self.path)} is truncated.",
                why=f"The gzip data ends after {self.n_read:,} bytes without an end marker.",
                fix="Copy or download the file again.",
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise DataNotReadable(
                f"Can't decompress {quote_name(self.path)}.",
                why=f"The gzip data is corrupt after {self.n_read:,} bytes of content: {error}.",
                fix=f"Get the file again. To test it: gzip -t {shlex.quote(self.path.name)}",
            ) from error
        self.n_read += n_bytes
        if self.n_read > self.allowed:
            raise DataNotReadable(
                f"{quote_name(self.path)} expands to too much data.",
                why=f"Its {self.path.stat().st_size:,} bytes expand to more than {self.allowed:,}. "
                f"The limit is {self.ratio} times the file size.",
                fix="If you trust the file, decompress it: "
                f"gunzip -k {shlex.quote(self.path.name)}",
            )
        return n_bytes

    def close(self) -> None:
        self.file.close()
        super().close()


def open_content(path: Path, limits: ReadLimits) -> io.BufferedReader:
    """Open a text file. It's decompressed if its name ends in .gz."""
    if path.suffix.lower() != ".gz":
        return path.open("rb")
    return io.BufferedReader(GzipContent(path, limits), _CHUNK)


def first_bad_byte(path: Path, encoding: str, limits: ReadLimits) -> tuple[int, int]:
    """Return the offset and value of the first byte that isn't valid in the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with open_content(path, limits) as content:
        offset = 0
        while True:
            chunk = content.read(_CHUNK)
            pending = decoder.getstate()[0]
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return offset - len(pending) + error.start, (pending + chunk)[error.start]
            if not chunk:
                return offset, 0
            offset += len(chunk)
