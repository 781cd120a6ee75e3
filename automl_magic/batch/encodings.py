"""The encoding of a text file: UTF-8, UTF-16 with a byte order mark, or Windows-1252.

Excel writes Windows-1252 in Western Europe, and other programs Latin-1, which is part of it. Other
encodings of one byte per character can't be told apart without knowing the language, and a wrong
one gives wrong letters. So a file that isn't plausible as Windows-1252 is refused.
"""

from __future__ import annotations

import codecs
import gzip
import re
import shlex
import zlib
from collections.abc import Iterator
from pathlib import Path

from automl_magic.errors import DataNotReadable

UTF_8, UTF_8_BOM, UTF_16, WINDOWS_1252 = "utf-8", "utf-8-sig", "utf-16", "cp1252"
TITLES = {UTF_8: "UTF-8", UTF_8_BOM: "UTF-8", UTF_16: "UTF-16", WINDOWS_1252: "Windows-1252"}
# Bytes after these aren't read to detect the encoding.
MAX_SCANNED_BYTES = 256 << 20
_CHUNK = 1 << 20
_SAMPLE_BYTES = 64 << 10
_BOMS = (
    (b"\xef\xbb\xbf", UTF_8_BOM),
    # UTF-32 starts as UTF-16 does.
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", UTF_16),
    (b"\xfe\xff", UTF_16),
)
# Windows-1252 has letters from 0xC0 on. Before it are signs, which don't touch a letter.
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_LETTER = rb"A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\xff\x8a\x8c\x8e\x9a\x9c\x9e\x9f"
_SIGN = rb"[\x83\xa1-\xa9\xac-\xb4\xb6-\xb8\xbb-\xbf]"
_SIGN_IN_WORD = re.compile(
    rb"[" + _LETTER + rb"]" + _SIGN + rb"|" + _SIGN + rb"[" + _LETTER + rb"]"
)
_UNIT = re.compile(rb"(?<![" + _LETTER + rb"])[A-Za-z]{1,2}[\xb2\xb3]|\xb0[CFKcf]|\xa9[A-Z]")
_RUN = re.compile(rb"[\x80-\xff]+")
MAX_ODD_SHARE, MAX_RUN_SHARE = 0.02, 0.3


def detect_encoding(path: Path) -> str:
    """Return the encoding of a text file, as the name that Python and pandas use.

    Raises
    ------
    DataNotReadable
        If it isn't one of `TITLES`.
    """
    start = next(_chunks(path), b"")
    for mark, name in _BOMS:
        if start.startswith(mark):
            if name not in TITLES:
                raise unknown_encoding_error(path, f"It has the byte order mark of {name.upper()}.")
            return name
    sample = _legacy_sample(path)
    if sample is None:
        return UTF_8
    if (why := _objection(sample)) is not None:
        raise unknown_encoding_error(path, why)
    return WINDOWS_1252


def unknown_encoding_error(path: Path, why: str) -> DataNotReadable:
    """Return the error for a text file in another encoding."""
    return DataNotReadable(
        f"The encoding of {str(path)!r} isn't known.",
        why=f"{why} UTF-8, UTF-16 and Windows-1252 are read.",
        fix=f"Convert it from its encoding, such as gb18030: {iconv_command(path, 'gb18030')}",
    )


def iconv_command(path: Path, encoding: str) -> str:
    """Return the command that converts a text file to UTF-8."""
    is_packed = path.suffix.lower() == ".gz"
    plain = path.with_suffix("") if is_packed else path
    copy = shlex.quote(f"{plain.stem or 'table'}-utf8{plain.suffix}")
    name = shlex.quote(path.name)
    if is_packed:
        return f"gzip -dc {name} | iconv -f {encoding} -t utf-8 > {copy}"
    return f"iconv -f {encoding} -t utf-8 {name} > {copy}"


def _chunks(path: Path) -> Iterator[bytes]:
    """Yield the start of the content. It ends where compressed data are corrupt."""
    n_read = 0
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        try:
            while n_read < MAX_SCANNED_BYTES and (chunk := file.read(_CHUNK)):
                n_read += len(chunk)
                yield chunk
        except (EOFError, gzip.BadGzipFile, zlib.error):
            return  # the reader reports it


def _legacy_sample(path: Path) -> bytes | None:
    """Return content around the first byte that isn't UTF-8, or None if there's none."""
    decoder = codecs.getincrementaldecoder(UTF_8)()
    before = b""
    for chunk in _chunks(path):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            start = max(0, error.start - _SAMPLE_BYTES // 2)
            return (before + chunk)[start : start + len(before) + _SAMPLE_BYTES]
        before = decoder.getstate()[0]
    return None


def _objection(sample: bytes) -> str | None:
    """Return why bytes aren't Windows-1252, or None if they can be."""
    if (undefined := _UNDEFINED.search(sample)) is not None:
        return f"It isn't UTF-8, and Windows-1252 has no character 0x{undefined[0][0]:02x}."
    n_high = sum(map(len, _RUN.findall(sample)))
    n_in_runs = sum(len(run) for run in _RUN.findall(sample) if len(run) >= 3)
    if n_in_runs > MAX_RUN_SHARE * n_high:
        return "It isn't UTF-8, and its words have too few letters a-z for Windows-1252."
    n_odd = len(_SIGN_IN_WORD.findall(_UNIT.sub(b"", sample)))
    if n_odd > MAX_ODD_SHARE * n_high:
        return "It isn't UTF-8, and as Windows-1252 it has signs within words."
    return None
