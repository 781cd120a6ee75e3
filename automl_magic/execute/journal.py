"""The journal of a run: `events.jsonl`, one line an event, for whoever watches.

The supervisor writes the run's and the cells' events; the notebook's own code appends others
(`search`, `trial`). Both reach `on_event`, each once. Progress is no truth: a lost line changes
nothing about how a run ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

EVENTS_NAME = "events.jsonl"
OnEvent: TypeAlias = Callable[[dict[str, Any]], None]

_OURS = frozenset({"run", "cell"})
_MAX_LINE = 1_000_000
_MAX_READ = 1 << 20


class Journal:
    """Writes a run's events and relays those that the notebook writes beside them."""

    def __init__(self, folder: Path, on_event: OnEvent | None) -> None:
        self._on_event = on_event
        flags = os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(folder / EVENTS_NAME, flags, 0o644)
        self._offset, self._rest = 0, b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._file)

    def emit(self, event: str, **values: Any) -> None:
        """Write one of the supervisor's own events, and tell."""
        line = {"t": round(time.time(), 3), "event": event, **values}
        with contextlib.suppress(OSError):
            os.write(self._file, json.dumps(line).encode() + b"\n")
        if self._on_event:
            self._on_event(line)

    def relay(self) -> None:
        """Tell what the notebook has written since the last call."""
        if os.fstat(self._file).st_size < self._offset:  # the notebook has cut its own journal
            self._offset, self._rest = os.fstat(self._file).st_size, b""
        while data := os.pread(self._file, _MAX_READ, self._offset):
            self._offset += len(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            if len(self._rest) > _MAX_LINE:
                self._rest = b""
            for line in lines:
                self._tell(line)

    def _tell(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            return
        if self._on_event and isinstance(event, dict) and event.get("event") not in _OURS:
            self._on_event(event)
