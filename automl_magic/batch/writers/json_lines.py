"""Write JSON lines, with one object per row."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from automl_magic.batch.writers.base import OutputColumn, PartWriter, Writer
from automl_magic.batch.writers.values import texts
from automl_magic.records.codec import json_text

_text = partial(json_text, ensure_ascii=False)


class JsonLinesWriter(Writer):
    """Writes JSON lines in UTF-8. Missing values are null."""

    def open(self, path: Path) -> PartWriter:
        return _Part(path)


class _Part(PartWriter):
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, columns: Mapping[str, OutputColumn]) -> None:
        columns_of_text = []
        for name, column in columns.items():
            if isinstance(column, list):
                values = [_text(value) for value in column]
            else:
                values = texts(
                    column, of_text=_text, of_bool=_text, missing="null", infinite="null"
                )
            columns_of_text.append([f"{_text(name)}:{value}" for value in values])
        lines = "}\n{".join(map(",".join, zip(*columns_of_text, strict=True)))
        self._file.write(f"{{{lines}}}\n".encode("utf-8", "surrogatepass"))

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
