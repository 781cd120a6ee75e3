"""Files as sources: where they are, what they are, and their first bytes.

This module runs in the caller's own process, so it reads a bounded head and parses nothing.
"""

from __future__ import annotations

import re
import shlex
import zlib
from dataclasses import dataclass
from pathlib import Path

from automl_magic.batch.formats import SUFFIXES, Format
from automl_magic.data.limits import Limits
from automl_magic.errors import DataNotReadable, near_miss

HEAD_BYTES = 64 * 1024
_READABLE = f"{', '.join(SUFFIXES)} (text also with .gz)"
_EXAMPLE = "sklearn:breast_cancer"
_MAGIC = [
    (b"PAR1", "a Parquet file", ".parquet"),
    (b"\x1f\x8b", "gzip-compressed", ".gz"),
    (b"PK\x03\x04", "a zip archive (or an Excel workbook)", None),
    (b"SQLite format 3\x00", "an SQLite database", None),
    (b"%PDF", "a PDF document", None),
    (b"\x89PNG", "a PNG picture", None),
    (b"\xff\xd8\xff", "a JPEG picture", None),
    (b"\x7fELF", "a program", None),
    (b"\x89HDF", "an HDF5 file", None),
    (b"ARROW1", "an Arrow file", None),
    (b"BZh", "bzip2-compressed", None),
    (b"\xfd7zXZ", "xz-compressed", None),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed", None),
    (b"\x80\x04\x95", "a Python pickle", None),
]


@dataclass(frozen=True)
class Head:
    """The first bytes of a file, decompressed. `whole` says that there are no more."""

    content: bytes
    whole: bool
    encoding: str


def find(source: str) -> Path:
    """Return the absolute path of an existing, non-empty file."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", source):
        raise DataNotReadable(
            f"{shown(source)} is an address, not a file.",
            why="automl-magic reads files on this machine and downloads nothing.",
            fix=f"curl -LO {shlex.quote(source)}, then use the file that arrives.",
        )
    try:
        path = Path(source).expanduser().absolute()
        exists, is_folder = path.exists(), path.is_dir()
    except (OSError, ValueError, RuntimeError) as error:
        raise DataNotReadable(
            f"{shown(source)} cannot be a path.", why=f"{error}.", fix="Give the path of a file."
        ) from error
    if not exists:
        raise _missing(path)
    if is_folder:
        inside = sorted(p.name for p in path.iterdir() if _suffix(p) in SUFFIXES)
        raise DataNotReadable(
            f"{shown(path)} is a folder, not a file.",
            why=f"It holds {_some(inside)}." if inside else "It holds no table that can be read.",
            fix=f"Name one of its files, e.g. {shlex.quote(str(path / inside[0]))}."
            if inside
            else f"Give a file of one of these kinds: {_READABLE}.",
        )
    if not path.is_file():
        raise DataNotReadable(
            f"{shown(path)} is not a regular file.",
            why="It is a device, a pipe or a socket, which cannot be read twice.",
            fix=f"Write its content into a file first: cat {shlex.quote(str(path))} > table.csv",
        )
    return path


def form_of(path: Path) -> Format | None:
    """Return the format that the name of a file promises, if it is one that can be read."""
    form = SUFFIXES.get(_suffix(path))
    return None if form is None or (not form.is_text and is_packed(path)) else form


def is_packed(path: Path) -> bool:
    """Say whether the name of a file says that it is gzip-compressed."""
    return path.suffix.lower() == ".gz"


def stem(text: str) -> str:
    """Return what a file is called, without its folders and endings."""
    return Path(text).name.split(".")[0] or "table"


def unreadable(path: Path) -> DataNotReadable:
    """Return the error for a file of no format that can be read."""
    suffix = _suffix(path)
    written = "".join(path.suffixes[-2:]) if is_packed(path) else path.suffix
    close = near_miss(suffix, SUFFIXES) if suffix else None
    renamed = path.name.removesuffix(written) + (close or ".csv") if written else None
    return DataNotReadable(
        f"{shown(path)} is of no kind that can be read.",
        why=f"Its name ends in {shown(written)}; readable are {_READABLE}."
        if written
        else f"Its name has no ending; readable are {_READABLE}.",
        fix=f"If it is such a file, rename it: mv {shlex.quote(path.name)} "
        f"{shlex.quote(renamed or path.name + '.csv')}",
    )


def read_head(path: Path, form: Format, limits: Limits) -> Head:
    """Read the first bytes of a file and refuse what is not of the format its name promises."""
    size = path.stat().st_size
    if size == 0:
        raise empty(path)
    if size > limits.file_bytes:
        raise DataNotReadable(
            f"{shown(path)} is too large.",
            why=f"It has {size:,} bytes; the limit is {limits.file_bytes:,}.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load(path, limits=Limits(file_bytes={size}))",
        )
    try:
        with path.open("rb") as file:
            raw = file.read(HEAD_BYTES)
    except OSError as error:
        raise DataNotReadable(
            f"{shown(path)} cannot be opened.",
            why=f"{error.strerror or error}.",
            fix=f"Make it readable: chmod u+r {shlex.quote(str(path))}",
        ) from error
    compressed = is_packed(path)
    _check_magic(path, raw, form, compressed=compressed)
    if not form.is_text:
        return Head(raw, size <= HEAD_BYTES, "")
    if compressed:
        raw, whole = _gunzip_head(path, raw)
        whole = whole and size <= HEAD_BYTES
    else:
        whole = size <= HEAD_BYTES
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        raise empty(path)
    return Head(raw, whole, _encoding(path, raw))


def empty(path: Path) -> DataNotReadable:
    """Return the error for a file without a table in it."""
    return DataNotReadable(
        f"{shown(path)} is empty.",
        why=f"The file has {path.stat().st_size:,} bytes and no table in it.",
        fix="Give a file with a header line and rows.",
    )


def iconv(path: Path, encoding: str) -> str:
    """Return the command that makes a UTF-8 copy of a text file."""
    stem = path.name[: -len("".join(path.suffixes[-2:]))] if path.suffix == ".gz" else path.stem
    copy = shlex.quote(f"{stem or 'table'}-utf8{_suffix(path)}")
    name = shlex.quote(path.name)
    if is_packed(path):
        return f"gzip -dc {name} | iconv -f {encoding} -t utf-8 > {copy}"
    return f"iconv -f {encoding} -t utf-8 {name} > {copy}"


def shown(text: object, limit: int = 80) -> str:
    """Return a name as an error shows it: quoted, control characters visible, cut in the middle."""
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
            f"There is no file {shown(path)}.",
            why=f"There is no folder {shown(folder)} either.",
            fix=f"Check the path, or use a dataset of scikit-learn: {_EXAMPLE}",
        )
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        names = []
    close = near_miss(path.name, names)
    tables = sorted(name for name in names if _suffix(Path(name)) in SUFFIXES)
    return DataNotReadable(
        f"There is no file {shown(path)}.",
        why=f"The folder has {_some(tables)}." if tables else "The folder has no tables in it.",
        fix=f"Use {shlex.quote(str(folder / close))}."
        if close
        else f"Check the path, or use a dataset of scikit-learn: {_EXAMPLE}",
    )


def _some(names: list[str]) -> str:
    return ", ".join(shown(name, 40) for name in names[:5]) + (", …" if len(names) > 5 else "")


def _check_magic(path: Path, raw: bytes, form: Format, *, compressed: bool) -> None:
    if form.magic and raw.startswith(form.magic):
        return
    if compressed and raw.startswith(b"\x1f\x8b"):
        return
    for magic, described, suffix in _MAGIC:
        if raw.startswith(magic):
            right = path.name + suffix if suffix == ".gz" else path.stem + (suffix or "")
            raise DataNotReadable(
                f"{shown(path)} is not what its name says.",
                why=f"Its first bytes say that it is {described}.",
                fix=f"Rename it: mv {shlex.quote(path.name)} {shlex.quote(right)}"
                if suffix
                else "Write the table out as .csv or .parquet and use that file.",
            )
    if form.magic:
        title = form.title
        raise DataNotReadable(
            f"{shown(path)} is not a {title} file.",
            why=f"It starts with {raw[: len(form.magic)]!r}; "
            f"a {title} file starts with {form.magic!r}.",
            fix="If it is text, rename it to .csv or .jsonl; else write it out again.",
        )
    if compressed:
        raise DataNotReadable(
            f"{shown(path)} is not gzip-compressed.",
            why=f"It starts with {raw[:2]!r}; gzip starts with b'\\x1f\\x8b'.",
            fix=f"If it is plain text, rename it: mv {shlex.quote(path.name)} "
            f"{shlex.quote(path.name[:-3])}",
        )


def _gunzip_head(path: Path, raw: bytes) -> tuple[bytes, bool]:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        content = unpacker.decompress(raw, HEAD_BYTES)
    except zlib.error as error:
        raise DataNotReadable(
            f"{shown(path)} cannot be decompressed.",
            why=f"The gzip data are broken: {error}.",
            fix=f"Test it with gzip -t {shlex.quote(path.name)}, and get or write it again.",
        ) from error
    return content, unpacker.eof and not unpacker.unused_data


def _encoding(path: Path, raw: bytes) -> str:
    for bom, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(bom):
            raise DataNotReadable(
                f"{shown(path)} is not encoded in UTF-8.",
                why=f"At byte 0 is the byte order mark of {name.upper()}.",
                fix=iconv(path, name),
            )
    if (at := raw.find(b"\x00")) >= 0:
        raise DataNotReadable(
            f"{shown(path)} is not a text file.",
            why=f"At byte {at:,} is a zero byte, which no CSV or JSON file has.",
            fix="Write the table out as .csv or .parquet and use that file.",
        )
    return "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
