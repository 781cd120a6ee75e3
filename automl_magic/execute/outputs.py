"""A ceiling for what cells print: the rest goes to the log."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from automl_magic.execute.limits import Limits

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ERROR_CHARACTERS = 20_000
_NOTE = "[The output goes on in log.txt of this run.]\n"


class OutputCap:
    """Decides, message by message, what still fits into the notebook.

    Sizes are characters of text, and of base64 for pictures.
    """

    def __init__(self, limits: Limits, log: int) -> None:
        self._limits, self._log = limits, log
        self._logged = 0
        self._cell = self._notebook = 0
        self._noted = self._log_is_full = False

    def next_cell(self) -> None:
        """Start counting for another cell."""
        self._cell, self._noted = 0, False

    def cleared(self) -> None:
        """The cell has cleared its outputs."""
        self._notebook -= self._cell
        self.next_cell()

    def admit(self, kind: str, content: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the content that the notebook takes; None where it takes nothing.

        An error is always taken, cut to a readable size. Printed text is taken as far as it fits;
        once it did not, the rest of the cell's text goes to the log.
        """
        if kind == "error":
            return _cut_error(content)
        size = _size(content)
        room = min(
            self._limits.cell_output_bytes - self._cell,
            self._limits.notebook_output_bytes - self._notebook,
        )
        if kind == "update_display_data":
            if size <= room:
                return dict(content)
            self._spill(content)
            return None
        if size <= room and not (self._noted and kind == "stream"):
            self._count(size)
            return dict(content)
        if self._noted:
            self._spill(content)
            return None
        self._noted = True
        if kind != "stream":
            self._spill(content)
            return {"name": "stderr", "text": _NOTE}
        kept = content["text"][: max(room, 0)]
        self._count(len(kept))
        self.log(content["text"][len(kept) :])
        return {"name": content["name"], "text": f"{kept}\n{_NOTE}" if kept else _NOTE}

    def log(self, text: str) -> None:
        """Append to the log, up to its own ceiling."""
        if self._log_is_full:
            return
        data = text.encode("utf-8", "backslashreplace")
        room = self._limits.log_bytes - self._logged
        if len(data) > room:
            self._log_is_full = True
            data = data[:room] + b"\n[The log is full. The rest is not kept.]\n"
        self._logged += len(data)
        os.write(self._log, data)

    def _count(self, size: int) -> None:
        self._cell += size
        self._notebook += size

    def _spill(self, content: Mapping[str, Any]) -> None:
        if "text" in content:
            self.log(str(content["text"]))
            return
        data = content.get("data", {})
        others = ", ".join(kind for kind in data if kind != "text/plain")
        self.log(f"{data.get('text/plain', '')}\n" + (f"[not kept: {others}]\n" if others else ""))


def merged(outputs: list[Any]) -> tuple[list[Any], dict[int, int]]:
    """Join neighbouring texts of one stream, and drop what a carriage return has overwritten.

    nbclient's own way takes time quadratic in the length of a line, and blocks the watch with it.

    Returns
    -------
    list, dict
        The outputs, and the new place of each old one.
    """
    together: list[Any] = []
    pieces: list[list[str]] = []
    places = {}
    for place, output in enumerate(outputs):
        is_text = output["output_type"] == "stream"
        if is_text and together and together[-1].get("name") == output["name"]:
            pieces[-1].append(output["text"])
        else:
            together.append(output)
            pieces.append([output["text"]] if is_text else [])
        places[place] = len(together) - 1
    for output, texts in zip(together, pieces, strict=True):
        if texts:
            lines = "".join(texts).split("\n")
            output["text"] = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return together, places


def plain(text: str) -> str:
    """Return text without terminal colours."""
    return _COLOURS.sub("", text)


def _size(content: Mapping[str, Any]) -> int:
    if "text" in content:
        return len(content["text"])
    data = content.get("data", {})
    return sum(
        len(value) if isinstance(value, str) else len(json.dumps(value)) for value in data.values()
    )


def _cut_error(content: Mapping[str, Any]) -> dict[str, Any]:
    cut = dict(content)
    cut["evalue"] = str(content.get("evalue", ""))[:_ERROR_CHARACTERS]
    lines = [str(line) for line in content.get("traceback", [])]
    kept: list[str] = []
    room = _ERROR_CHARACTERS
    for line in reversed(lines):  # the end of a traceback says what happened
        if (room := room - len(line)) < 0:
            kept.append("[The traceback is longer; log.txt of this run has all of it.]")
            break
        kept.append(line)
    cut["traceback"] = kept[::-1]
    return cut
