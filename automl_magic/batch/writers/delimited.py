"""Write CSV. Texts and headers that a spreadsheet would run as a formula get a leading `'`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from automl_magic.batch.writers.base import OutputColumn, PartWriter, Writer
from automl_magic.batch.writers.values import texts

# Start of a formula in a spreadsheet (OWASP). A single sign, or one before a number, is a value.
_FORMULA = re.compile(r"[=@\t\r]|[-+](?!$|[0-9.][0-9.,eE+-]*$)")
_QUOTED = re.compile(r'[",\r\n]')


class CsvWriter(Writer):
    """Writes CSV with commas and line feeds in UTF-8."""

    def open(self, path: Path) -> PartWriter:
        return _Part(path)

    def header(self, names: Sequence[str]) -> bytes:
        return (",".join(map(field, names)) + "\n").encode("utf-8", "surrogateescape")


class _Part(PartWriter):
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, columns: Mapping[str, OutputColumn]) -> None:
        columns_of_text = [
            texts(column, of_text=field, of_bool=str, missing="") for column in columns.values()
        ]
        # An empty line wouldn't be read as a row.
        if len(columns_of_text) == 1:
            columns_of_text[0] = [text or '""' for text in columns_of_text[0]]
        lines = "\n".join(map(",".join, zip(*columns_of_text, strict=True)))
        self._file.write((lines + "\n").encode("utf-8", "surrogateescape"))

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def field(text: str) -> str:
    """Return text as a CSV field: formulas are made harmless, and quotes added if needed."""
    if _FORMULA.match(text):
        text = f"'{text}"
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
