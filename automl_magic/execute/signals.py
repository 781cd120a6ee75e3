"""Ctrl-C and SIGTERM, counted instead of raised while a run is supervised."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self


class Signals:
    """Counts interrupts and terminations; gives the handlers back at the end.

    Only the main thread may set handlers. In any other thread, `KeyboardInterrupt` is what comes,
    if anything does, and whoever catches it calls `interrupted`.
    """

    def __init__(self) -> None:
        self.interrupts = 0
        self.terminated = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            # None: the handler was not set from Python, and cannot be set again from here.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def interrupted(self) -> None:
        """Count an interrupt that came as an exception."""
        self.interrupts += 1

    def _note(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGTERM:
            self.terminated = True
        else:
            self.interrupted()
