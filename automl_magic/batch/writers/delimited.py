"""CSV. Text that a spreadsheet would run as a formula gets a `'` in front, headers too."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automl_magic.batch.writers.base import PartWriter, Writer
from automl_magic.batch.writers.values import texts

# What a spreadsheet runs as a formula (OWASP's list). A sign alone or before a number is a value.
_FORMULA = re.compile(r"[=@\t\r]|[-+](?!$|[0-9.][0-9.,eE+-]*$)")
_QUOTED = re.compile(r'[",\r\n]')


class CsvWriter(Writer):
    """CSV with commas, in UTF-8, lines ended by a line feed."""

    def open(self, path: Path) -> PartWriter:
        return _Part(path)

    def header(self, names: Sequence[str]) -> bytes:
        return (",".join(map(field, names)) + "\n").encode("utf-8", "surrogateescape")


class _Part(PartWriter):
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, columns: Mapping[str, Any]) -> None:
        written = [
            texts(column, of_text=field, of_bool=str, missing="") for column in columns.values()
        ]
        # A line that is empty would be no row.
        if len(written) == 1:
            written[0] = [text or '""' for text in written[0]]
        lines = "\n".join(map(",".join, zip(*written, strict=True)))
        self._file.write((lines + "\n").encode("utf-8", "surrogateescape"))

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def field(text: str) -> str:
    """Return a text as a field of CSV: no formula, and quoted where it must be."""
    if _FORMULA.match(text):
        text = f"'{text}"
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
