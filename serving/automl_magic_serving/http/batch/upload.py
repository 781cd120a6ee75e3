"""Stream an uploaded file to disk. Its name never becomes a path on the server."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from automl_magic.batch.formats import BY_NAME
from automl_magic_serving.auth.problem import HttpProblem, malformed_error
from automl_magic_serving.http.batch.multipart import Part, boundary_of, read_parts
from automl_magic_serving.http.head import unsupported_type_error

MAX_FILE_BYTES = 1_000_000_000
FILE_FORMATS = tuple(sorted(BY_NAME))
FORM_FIELDS = ("deployment", "callback", "format")
_FORMATS_BY_TYPE = {kind: form.name for form in BY_NAME.values() for kind in form.media_types}
MEDIA_TYPES = {name: BY_NAME[name].media_types[0] for name in FILE_FORMATS}
_FORM = "multipart/form-data"
_MIN_FREE_BYTES = 500_000_000
_WRITE_BYTES = 1 << 20
_MAX_FIELD_BYTES = 2_000


@dataclass
class Upload:
    """An uploaded file: its path, its format, and the form's or query's fields."""

    path: Path
    format: str
    form_fields: dict[str, str] = field(default_factory=dict)


async def receive_file(
    chunks: AsyncIterator[bytes], content_type: str, form_fields: dict[str, str], folder: Path
) -> Upload:
    """Write the uploaded file of a request into a folder.

    Parameters
    ----------
    content_type : str
        The file's type, or `multipart/form-data` with one part `file`.
    form_fields : dict
        Query parameters: `deployment`, `callback`, `format`. Form fields override them.

    Raises
    ------
    Problem
        400, 415, or 507 if the disk is nearly full.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _FORM:
        return await _from_form(chunks, content_type, form_fields, folder)
    if kind not in _FORMATS_BY_TYPE:
        raise unsupported_type_error(*sorted(_FORMATS_BY_TYPE), _FORM)
    path = folder / f"input.{_FORMATS_BY_TYPE[kind]}"
    with path.open("xb") as file:
        to_disk = _ToDisk(file)
        async for chunk in chunks:
            await to_disk.write(chunk)
        await to_disk.flush()
    return Upload(path, _FORMATS_BY_TYPE[kind], form_fields)


async def _from_form(
    chunks: AsyncIterator[bytes], content_type: str, form_fields: dict[str, str], folder: Path
) -> Upload:
    file_part: Part | None = None
    fields: dict[str, bytearray] = {}
    temporary = folder / "input"
    with temporary.open("xb") as file:
        to_disk = _ToDisk(file)
        async for part, piece in read_parts(
            chunks, boundary_of(content_type), len(FORM_FIELDS) + 1
        ):
            if part.name == "file":
                file_part = file_part or part
                if part is not file_part:
                    raise malformed_error("The form must have only one part `file`.", field="file")
                await to_disk.write(piece)
                continue
            if part.name not in FORM_FIELDS:
                raise malformed_error(
                    f"Unknown form field {part.name!r}.", expected=", ".join(FORM_FIELDS)
                )
            value = fields.setdefault(part.name, bytearray())
            value += piece
            if len(value) > _MAX_FIELD_BYTES:
                raise malformed_error("A form field is too long.", field=part.name)
        await to_disk.flush()
    if file_part is None:
        raise malformed_error("The form has no part `file`.", field="file")
    for name, value in fields.items():
        try:
            form_fields[name] = value.decode()
        except UnicodeDecodeError:
            raise malformed_error("A form field isn't UTF-8.", field=name) from None
    kind = _format_of(file_part)
    return Upload(temporary.rename(folder / f"input.{kind}"), kind, form_fields)


def _format_of(part: Part) -> str:
    """Return the format by a file's content type, or by its name if the type is unknown."""
    if part.kind in _FORMATS_BY_TYPE:
        return _FORMATS_BY_TYPE[part.kind]
    suffix = (part.filename or "").rpartition(".")[2].lower()
    if suffix in FILE_FORMATS:
        return suffix
    raise unsupported_type_error(*sorted(_FORMATS_BY_TYPE))


class _ToDisk:
    """Writes 1 MB at a time in a thread, so that the event loop doesn't wait for the disk."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._buffer = file, bytearray()

    async def write(self, piece: bytes) -> None:
        self._buffer += piece
        if len(self._buffer) >= _WRITE_BYTES:
            await self.flush()

    async def flush(self) -> None:
        buffered, self._buffer = bytes(self._buffer), bytearray()
        await asyncio.to_thread(_write_if_space, self._file, buffered)


def _write_if_space(file: BinaryIO, piece: bytes) -> None:
    if shutil.disk_usage(Path(file.name).parent).free < _MIN_FREE_BYTES:
        raise HttpProblem(
            507, "disk_full", "The server's disk is too full for the file.", close=True
        )
    file.write(piece)
