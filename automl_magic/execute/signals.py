"""Count Ctrl-C and SIGTERM instead of raising exceptions while a run is supervised."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self, TypeAlias

_Handler: TypeAlias = Callable[[int, FrameType | None], object] | int | None


class SignalCounter:
    """Counts SIGINT and SIGTERM, and restores the previous handlers on exit.

    Only the main thread can set handlers. In other threads, a caller that catches
    `KeyboardInterrupt` must call `count_interrupt`.
    """

    def __init__(self) -> None:
        self.interrupts = 0
        self.terminated = False
        self._previous_handlers: dict[signal.Signals, _Handler] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous_handlers[number] = signal.signal(number, self._count)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._previous_handlers.items():
            # None: the handler wasn't set from Python and can't be restored.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def count_interrupt(self) -> None:
        """Count an interrupt that was raised as an exception."""
        self.interrupts += 1

    def _count(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGTERM:
            self.terminated = True
        else:
            self.count_interrupt()
