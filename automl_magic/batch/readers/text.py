"""Read text files: decompress them, count their bytes and decode them."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.batch.encodings import TITLES, UTF_8, UTF_8_BOM, detect_encoding
from automl_magic.batch.separators import sniff_separator
from automl_magic.errors import DataNotReadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_HEAD_BYTES = 64 << 10
_CHUNK = 1 << 18


class TextFile(io.RawIOBase):
    """The content of a text file as UTF-8. `share` is the fraction of its bytes that was read.

    Parameters
    ----------
    encoding : str
        The encoding of the file, from `detect_encoding`.

    Raises
    ------
    DataNotReadable
        While reading, if the content has another encoding, or its gzip data is corrupt or
        incomplete.
    """

    def __init__(self, path: Path, encoding: str = UTF_8) -> None:
        self.path, self.encoding = path, encoding
        self._size = max(path.stat().st_size, 1)
        self._raw = path.open("rb")
        packed = path.suffix.lower() == ".gz"
        self._content = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        self._is_utf_8 = encoding in (UTF_8, UTF_8_BOM)
        self._decoder = codecs.getincrementaldecoder(UTF_8 if self._is_utf_8 else encoding)()
        self._n_read = 0
        self._converted = b""

    @property
    def share(self) -> float:
        return 1.0 if self._raw.closed else self._raw.tell() / self._size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        if self._is_utf_8:
            n_bytes = self._fill(view)
            self._decode(view[:n_bytes])
            return n_bytes
        while not self._converted:
            chunk = memoryview(bytearray(_CHUNK))
            n_bytes = self._fill(chunk)
            self._converted = self._decode(chunk[:n_bytes]).encode()
            if n_bytes == 0:
                break
        n_bytes = min(len(view), len(self._converted))
        view[:n_bytes] = self._converted[:n_bytes]
        self._converted = self._converted[n_bytes:]
        return n_bytes

    def close(self) -> None:
        self._content.close()
        self._raw.close()
        super().close()

    def _fill(self, view: memoryview) -> int:
        try:
            return self._content.readinto(view)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataNotReadable(
                f"Can't decompress {str(self.path)!r}.",
                why=f"The gzip data is corrupt after {self._n_read:,} bytes of content: {error}.",
                fix="Copy or download the file again.",
            ) from error

    def _decode(self, content: memoryview) -> str:
        pending = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(content, final=not content)
        except UnicodeDecodeError as error:
            offset = self._n_read - len(pending) + error.start
            byte = (bytes(pending) + bytes(content[: error.end]))[error.start]
            title = TITLES.get(self.encoding, self.encoding)
            raise DataNotReadable(
                f"{str(self.path)!r} isn't encoded in {title}.",
                why=f"Byte {offset:,} is 0x{byte:02x}, which isn't valid there.",
                fix="If it's Latin-1 (Western European), convert it: iconv -f latin1 -t utf-8",
            ) from error
        self._n_read += len(content)
        return text


def sniff_file(path: Path) -> tuple[str, str]:
    """Return the encoding and the separator of a text file.

    Raises
    ------
    DataNotReadable
        If its encoding isn't known.
    """
    encoding = detect_encoding(path)
    with io.BufferedReader(TextFile(path, encoding), _HEAD_BYTES) as file:
        head = file.read(_HEAD_BYTES + 1)
    text = head[:_HEAD_BYTES].decode(errors="ignore").removeprefix("\ufeff")
    return encoding, sniff_separator(text, is_complete=len(head) <= _HEAD_BYTES)
