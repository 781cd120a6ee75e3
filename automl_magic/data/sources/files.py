"""Files as sources: their paths, formats and first bytes.

This module runs in the caller's process, so it only reads the first bytes and doesn't parse them.
"""

from __future__ import annotations

import codecs
import re
import shlex
import zlib
from dataclasses import dataclass
from pathlib import Path

from automl_magic.batch.encodings import detect_encoding
from automl_magic.batch.formats import SUFFIXES, Format
from automl_magic.data.limits import ReadLimits
from automl_magic.errors import DataNotReadable, closest_match

HEAD_BYTES = 64 * 1024
_READABLE = f"{', '.join(SUFFIXES)} (text also with .gz), .xlsx, .zip"
_EXAMPLE = "sklearn:breast_cancer"
_MAGIC = [
    (b"PAR1", "a Parquet file", ".parquet"),
    (b"\x1f\x8b", "gzip-compressed", ".gz"),
    (b"PK\x03\x04", "a zip archive (or an Excel workbook)", None),
    (b"SQLite format 3\x00", "an SQLite database", None),
    (b"%PDF", "a PDF document", None),
    (b"\x89PNG", "a PNG image", None),
    (b"\xff\xd8\xff", "a JPEG image", None),
    (b"\x7fELF", "a program", None),
    (b"\x89HDF", "an HDF5 file", None),
    (b"ARROW1", "an Arrow file", None),
    (b"BZh", "bzip2-compressed", None),
    (b"\xfd7zXZ", "xz-compressed", None),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed", None),
    (b"\x80\x04\x95", "a Python pickle", None),
]


@dataclass(frozen=True)
class FileHead:
    """The first bytes of a file, decompressed.

    `is_complete` means that it's the complete content.
    """

    content: bytes
    is_complete: bool
    encoding: str

    @property
    def text(self) -> str:
        """The text. It may end inside a character, which is left out."""
        decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        return decoder.decode(self.content)


def find_file(source: str) -> Path:
    """Return the absolute path of an existing, non-empty file."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", source):
        raise DataNotReadable(
            f"{quote_name(source)} is a URL, not a file.",
            why="automl-magic only reads local files.",
            fix=f"Download it, then use the file: curl -LO {shlex.quote(source)}",
        )
    try:
        path = Path(source).expanduser().absolute()
        exists, is_folder = path.exists(), path.is_dir()
    except (OSError, ValueError, RuntimeError) as error:
        raise DataNotReadable(
            f"{quote_name(source)} isn't a valid path.",
            why=f"{error}.",
            fix="Use the path of a file.",
        ) from error
    if not exists:
        raise _missing(path)
    if is_folder:
        inside = sorted(p.name for p in path.iterdir() if _suffix(p) in SUFFIXES)
        raise DataNotReadable(
            f"{quote_name(path)} is a folder, not a file.",
            why=f"It contains {_some(inside)}." if inside else "It contains no supported tables.",
            fix=f"Use one of its files, such as {shlex.quote(str(path / inside[0]))}."
            if inside
            else f"Use a file in a supported format: {_READABLE}.",
        )
    if not path.is_file():
        raise DataNotReadable(
            f"{quote_name(path)} isn't a regular file.",
            why="It's a device, a pipe or a socket, which can't be read twice.",
            fix=f"Save its content to a file: cat {shlex.quote(str(path))} > table.csv",
        )
    return path


def format_of(path: Path) -> Format | None:
    """Return the format for a file's extension, or None if it isn't supported."""
    form = SUFFIXES.get(_suffix(path))
    return None if form is None or (not form.is_text and is_packed(path)) else form


def is_packed(path: Path) -> bool:
    """Return whether a file's extension is .gz."""
    return path.suffix.lower() == ".gz"


def stem(text: str) -> str:
    """Return a file's name without folders and extensions."""
    return Path(text).name.split(".")[0] or "table"


def unsupported_format_error(path: Path) -> DataNotReadable:
    """Return the error for a file in an unsupported format."""
    suffix = _suffix(path)
    extension = "".join(path.suffixes[-2:]) if is_packed(path) else path.suffix
    close = closest_match(suffix, SUFFIXES) if suffix else None
    renamed = path.name.removesuffix(extension) + (close or ".csv") if extension else None
    return DataNotReadable(
        f"The format of {quote_name(path)} isn't supported.",
        why=f"Its extension is {quote_name(extension)}. Supported are {_READABLE}."
        if extension
        else f"It has no extension. Supported are {_READABLE}.",
        fix=f"If it has one of these formats, rename it: mv {shlex.quote(path.name)} "
        f"{shlex.quote(renamed or path.name + '.csv')}",
    )


def read_head(path: Path, form: Format, limits: ReadLimits) -> FileHead:
    """Read the first bytes of a file, and raise an error if they don't match its extension."""
    size = path.stat().st_size
    if size == 0:
        raise empty_file_error(path)
    if size > limits.file_bytes:
        raise DataNotReadable(
            f"{quote_name(path)} is too large.",
            why=f"It has {size:,} bytes. The limit is {limits.file_bytes:,}.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load(path, limits=Limits(file_bytes={size}))",
        )
    try:
        with path.open("rb") as file:
            raw = file.read(HEAD_BYTES)
    except OSError as error:
        raise DataNotReadable(
            f"Can't open {quote_name(path)}.",
            why=f"{error.strerror or error}.",
            fix=f"Make it readable: chmod u+r {shlex.quote(str(path))}",
        ) from error
    compressed = is_packed(path)
    _check_magic(path, raw, form, compressed=compressed)
    if not form.is_text:
        return FileHead(raw, size <= HEAD_BYTES, "")
    if compressed:
        raw, is_complete = _gunzip_head(path, raw)
        is_complete = is_complete and size <= HEAD_BYTES
    else:
        is_complete = size <= HEAD_BYTES
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        raise empty_file_error(path)
    return FileHead(raw, is_complete, _encoding(path, raw))


def empty_file_error(path: Path) -> DataNotReadable:
    """Return the error for a file without a table."""
    return DataNotReadable(
        f"{quote_name(path)} is empty.",
        why=f"The file has {path.stat().st_size:,} bytes and contains no table.",
        fix="Use a file with a header line and rows.",
    )


def quote_name(text: object, limit: int = 80) -> str:
    """Return a name for an error: quoted, escaped, and shortened in the middle."""
    text = str(text)
    if len(text) > limit:
        text = text[: limit // 2] + "…" + text[-limit // 2 :]
    return repr(text)


def _suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _missing(path: Path) -> DataNotReadable:
    folder = path.parent
    if not folder.is_dir():
        return DataNotReadable(
            f"There's no file {quote_name(path)}.",
            why=f"There's no folder {quote_name(folder)} either.",
            fix=f"Check the path, or use a sample dataset: {_EXAMPLE}",
        )
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        names = []
    close = closest_match(path.name, names)
    tables = sorted(name for name in names if _suffix(Path(name)) in SUFFIXES)
    return DataNotReadable(
        f"There's no file {quote_name(path)}.",
        why=f"The folder has {_some(tables)}." if tables else "The folder has no tables.",
        fix=f"Use {shlex.quote(str(folder / close))}."
        if close
        else f"Check the path, or use a sample dataset: {_EXAMPLE}",
    )


def _some(names: list[str]) -> str:
    return ", ".join(quote_name(name, 40) for name in names[:5]) + (", …" if len(names) > 5 else "")


def _check_magic(path: Path, raw: bytes, form: Format, *, compressed: bool) -> None:
    if form.magic and raw.startswith(form.magic):
        return
    if compressed and raw.startswith(b"\x1f\x8b"):
        return
    for magic, description, suffix in _MAGIC:
        if raw.startswith(magic):
            new_name = path.name + suffix if suffix == ".gz" else path.stem + (suffix or "")
            raise DataNotReadable(
                f"{quote_name(path)} doesn't match its extension.",
                why=f"Its first bytes show that it's {description}.",
                fix=f"Rename it: mv {shlex.quote(path.name)} {shlex.quote(new_name)}"
                if suffix
                else "Save the table as .csv or .parquet and use that file.",
            )
    if form.magic:
        title = form.title
        raise DataNotReadable(
            f"{quote_name(path)} isn't a {title} file.",
            why=f"It starts with {raw[: len(form.magic)]!r}, but "
            f"{title} files start with {form.magic!r}.",
            fix="If it's text, rename it to .csv or .jsonl. Otherwise save it again.",
        )
    if compressed:
        raise DataNotReadable(
            f"{quote_name(path)} isn't gzip-compressed.",
            why=f"It starts with {raw[:2]!r}, but gzip files start with b'\\x1f\\x8b'.",
            fix=f"If it's plain text, rename it: mv {shlex.quote(path.name)} "
            f"{shlex.quote(path.name[:-3])}",
        )


def _gunzip_head(path: Path, raw: bytes) -> tuple[bytes, bool]:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(raw, HEAD_BYTES)
    except zlib.error as error:
        raise DataNotReadable(
            f"Can't decompress {quote_name(path)}.",
            why=f"The gzip data is corrupt: {error}.",
            fix=f"Get the file again. To test it: gzip -t {shlex.quote(path.name)}",
        ) from error
    return content, unpacker.eof and not unpacker.unused_data


def _encoding(path: Path, raw: bytes) -> str:
    has_mark = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not has_mark and (offset := raw.find(b"\x00")) >= 0:
        raise DataNotReadable(
            f"{quote_name(path)} isn't a text file.",
            why=f"Byte {offset:,} is zero, which isn't allowed in CSV or JSON files.",
            fix="Save the table as .csv or .parquet and use that file.",
        )
    return detect_encoding(path)
