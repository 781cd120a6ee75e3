"""The journal of a run: `events.jsonl`, one event per line, for progress displays.

The supervisor writes the events of the run and its cells. The notebook's code appends others
(`search`, `trial`). Each event is passed to `on_event` once. The journal only shows progress: a
lost line doesn't affect how a run ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from automl_magic.records.codec import json_text

EVENTS_NAME = "events.jsonl"
OnEvent: TypeAlias = Callable[[dict[str, object]], None]

_SUPERVISOR_EVENTS = frozenset({"run", "cell"})
_MAX_LINE = 1_000_000
_MAX_READ = 1 << 20


class Journal:
    """Writes a run's events and relays the notebook's events."""

    def __init__(self, folder: Path, on_event: OnEvent | None) -> None:
        self._on_event = on_event
        flags = os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(folder / EVENTS_NAME, flags, 0o644)
        self._offset, self._partial_line = 0, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._file)

    def emit(self, event: str, **values: object) -> None:
        """Write a supervisor event and pass it to `on_event`."""
        line = {"t": round(time.time(), 3), "event": event, **values}
        with contextlib.suppress(OSError):
            os.write(self._file, json_text(line).encode() + b"\n")
        if self._on_event:
            self._on_event(line)

    def relay(self) -> None:
        """Pass the events that the notebook wrote since the last call to `on_event`."""
        if os.fstat(self._file).st_size < self._offset:  # the notebook truncated the journal
            self._offset, self._partial_line = os.fstat(self._file).st_size, b""
        while data := os.pread(self._file, _MAX_READ, self._offset):
            self._offset += len(data)
            *lines, self._partial_line = (self._partial_line + data).split(b"\n")
            if len(self._partial_line) > _MAX_LINE:
                self._partial_line = b""
            for line in lines:
                self._relay_line(line)

    def _relay_line(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            return
        if (
            self._on_event
            and isinstance(event, dict)
            and event.get("event") not in _SUPERVISOR_EVENTS
        ):
            self._on_event(event)
