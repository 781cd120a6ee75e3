"""A size limit for cell outputs. Output beyond it goes to the log."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automl_magic.execute.limits import RunLimits
from automl_magic.records.codec import json_text

if TYPE_CHECKING:
    from nbformat import NotebookNode

_COLORS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_MAX_ERROR_CHARACTERS = 20_000
_NOTE = "[The rest of the output is in log.txt of this run.]\n"


class OutputLimiter:
    """Decides for each message whether it still fits into the notebook.

    Sizes are characters of text, and of base64 for images.
    """

    def __init__(self, limits: RunLimits, log: int) -> None:
        self._limits, self._log = limits, log
        self._logged = 0
        self._cell = self._notebook = 0
        self._has_note = self._log_is_full = False

    def next_cell(self) -> None:
        """Start counting for the next cell."""
        self._cell, self._has_note = 0, False

    def reset_cell(self) -> None:
        """Reset the count of a cell that cleared its outputs."""
        self._notebook -= self._cell
        self.next_cell()

    def admit(self, kind: str, content: Mapping[str, Any]) -> dict[str, object] | None:
        """Return the content to store in the notebook, or None for nothing.

        Errors are always stored, truncated to a readable size. Printed text is stored until the
        limit is reached. The rest of the cell's text goes to the log.
        """
        if kind == "error":
            return _truncate_error(content)
        size = _size(content)
        room = min(
            self._limits.cell_output_bytes - self._cell,
            self._limits.notebook_output_bytes - self._notebook,
        )
        if kind == "update_display_data":
            if size <= room:
                return dict(content)
            self._log_content(content)
            return None
        if size <= room and not (self._has_note and kind == "stream"):
            self._count(size)
            return dict(content)
        if self._has_note:
            self._log_content(content)
            return None
        self._has_note = True
        if kind != "stream":
            self._log_content(content)
            return {"name": "stderr", "text": _NOTE}
        head = content["text"][: max(room, 0)]
        self._count(len(head))
        self.log(content["text"][len(head) :])
        return {"name": content["name"], "text": f"{head}\n{_NOTE}" if head else _NOTE}

    def log(self, text: str) -> None:
        """Append to the log, up to its size limit."""
        if self._log_is_full:
            return
        data = text.encode("utf-8", "backslashreplace")
        room = self._limits.log_bytes - self._logged
        if len(data) > room:
            self._log_is_full = True
            data = data[:room] + b"\n[The log is full. Later output is discarded.]\n"
        self._logged += len(data)
        os.write(self._log, data)

    def _count(self, size: int) -> None:
        self._cell += size
        self._notebook += size

    def _log_content(self, content: Mapping[str, Any]) -> None:
        if "text" in content:
            self.log(str(content["text"]))
            return
        data = content.get("data", {})
        omitted = ", ".join(kind for kind in data if kind != "text/plain")
        note = f"[omitted: {omitted}]\n" if omitted else ""
        self.log(f"{data.get('text/plain', '')}\n{note}")


def merge_outputs(
    outputs: list[NotebookNode],
) -> tuple[list[NotebookNode], dict[int, int]]:
    """Merge adjacent outputs of one stream, and drop text overwritten by a carriage return.

    nbclient's implementation takes time quadratic in the line length, and blocks the watch.

    Returns
    -------
    list, dict
        The merged outputs, and the new position of each original output.
    """
    merged_outputs: list[NotebookNode] = []
    pieces: list[list[str]] = []
    new_positions = {}
    for position, output in enumerate(outputs):
        is_text = output["output_type"] == "stream"
        if is_text and merged_outputs and merged_outputs[-1].get("name") == output["name"]:
            pieces[-1].append(output["text"])
        else:
            merged_outputs.append(output)
            pieces.append([output["text"]] if is_text else [])
        new_positions[position] = len(merged_outputs) - 1
    for output, texts in zip(merged_outputs, pieces, strict=True):
        if texts:
            lines = "".join(texts).split("\n")
            output["text"] = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
    return merged_outputs, new_positions


def strip_colors(text: str) -> str:
    """Return text without terminal color codes."""
    return _COLORS.sub("", text)


def _size(content: Mapping[str, Any]) -> int:
    if "text" in content:
        return len(content["text"])
    data = content.get("data", {})
    return sum(
        len(value) if isinstance(value, str) else len(json_text(value)) for value in data.values()
    )


def _truncate_error(content: Mapping[str, Any]) -> dict[str, object]:
    cut = dict(content)
    cut["evalue"] = str(content.get("evalue", ""))[:_MAX_ERROR_CHARACTERS]
    lines = [str(line) for line in content.get("traceback", [])]
    tail: list[str] = []
    room = _MAX_ERROR_CHARACTERS
    for line in reversed(lines):  # the end of a traceback has the error
        if (room := room - len(line)) < 0:
            tail.append("[Truncated. The full traceback is in log.txt of this run.]")
            break
        tail.append(line)
    cut["traceback"] = tail[::-1]
    return cut
